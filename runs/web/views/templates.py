"""Templates: the starting configurations of each program."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from runs.configuration.highlight import highlight
from runs.errors import ProgramNotFound
from runs.lifecycle.places import catalogue
from runs.models import Program


@require_safe
def template_list(request: HttpRequest) -> HttpResponse:
    """Per program; staff also see the files that cannot be used, and why."""
    programs = Program.objects.filter(enabled=True).only("slug", "title", "description")
    templates = catalogue()
    context = {
        "programs": [(program, templates.templates(program.slug)) for program in programs],
        "faults": templates.faults if request.user.is_staff else [],
    }
    return render(request, "templates/page.html", context)


@require_safe
def template_page(request: HttpRequest, program: str, name: str) -> HttpResponse:
    found = Program.objects.filter(slug=program).first()
    if found is None:
        raise ProgramNotFound("There is no such program.")
    template = catalogue().get(program, name)
    text = catalogue().read(template)
    context = {
        "program": found,
        "template": template,
        "highlighted": highlight(text, template.format),
    }
    return render(request, "templates/template.html", context)
