"""Apply the rules of retention by hand, or rehearse them."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from runs.cleanup.planning import Item, Plan
from runs.cleanup.retention import Outcome, carry_out, plan
from runs.models import Project, Retention
from runs.web.templatetags.show import count, size

THINGS = "directory,directories"


class Command(BaseCommand):
    help = "Applies retention: says what goes, what is protected and why, and bytes measured free."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say it and remove nothing")
        parser.add_argument("--project", help="this one alone")

    def handle(self, *args: Any, **options: Any) -> None:
        rules = Retention.objects.select_related("project")
        if slug := options["project"]:
            if not Project.objects.filter(slug=slug).exists():
                raise CommandError(f"There is no project {slug}.")
            rules = rules.filter(project__slug=slug)
        if not rules:
            self.stdout.write("No project has a rule of retention.")
        for rule in rules:
            self.prune(rule, rehearse=options["dry_run"])

    def prune(self, rule: Retention, *, rehearse: bool) -> None:
        planned = plan(rule)
        self.stdout.write(f"{rule.project.slug}: {rule.get_subject_display()}")
        for item in planned.items:
            self.stdout.write(line(item))
        if rehearse:
            self.stdout.write(rehearsed(planned))
            return
        outcome = carry_out(rule, planned, actor=None, is_stopped=lambda: False)
        for item, why in outcome.stayed:
            self.stdout.write(f"  stayed  {shown(item.candidate.label)}: {why}")
        self.stdout.write(done(outcome))


def line(item: Item) -> str:
    fate = "goes  " if item.goes else "stays "
    amount = size(item.candidate.size_bytes) or "not measured"
    return f"  {fate}  {shown(item.candidate.label)}  {amount}: {item.why}"


def shown(label: str) -> str:
    """A name may hold a line end or what moves a terminal's cursor."""
    return label if label.isprintable() else repr(label)


def rehearsed(planned: Plan) -> str:
    words = f"  would go: {count(len(planned.going), THINGS)}, {size(planned.size_bytes)}"
    if planned.unmeasured:
        words += f", beside {count(planned.unmeasured, THINGS)} not measured yet"
    return f"{words}. Nothing was removed."


def done(outcome: Outcome) -> str:
    moved = count(len(outcome.deleted), THINGS)
    freed = size(outcome.size_bytes)
    return f"  moved to the trash: {moved}, {count(outcome.files, 'file')}, {freed} measured."
