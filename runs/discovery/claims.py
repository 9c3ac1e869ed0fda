"""One process at a time keeps a root: a claim with a lease, renewed while it works."""

import os
from datetime import timedelta
from pathlib import Path

from django.db.models import Q
from django.utils import timezone

from runs.errors import PassingFault
from runs.models import Root

LEASE = timedelta(seconds=30)
RENEW_SECONDS = 5.0


class ClaimLost(PassingFault):
    """Another process has taken the root over: nothing more may be written for it."""

    code = "claim_lost"


def claimant() -> str:
    """This process, by a name that no other process of any machine has."""
    pid = os.getpid()
    return f"{os.uname().nodename[:60]}:{pid}:{_start_ticks(pid)}"


def _start_ticks(pid: int) -> str:
    """When the process began; empty where there is none, or no /proc to say so."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def is_dead(name: str) -> bool:
    """Whether the claimant was a process of this machine that is gone."""
    host, _, rest = name.partition(":")
    pid, _, ticks = rest.partition(":")
    if host != os.uname().nodename[:60] or not ticks or not pid.isdigit():
        return False
    return _start_ticks(int(pid)) != ticks


def claim(root: Root, name: str) -> bool:
    """Whether the root is `name`'s now. A dead process's claim need not run out first."""
    row = Root.objects.get(pk=root.pk)
    free = Q(claimed_by__in=["", name]) | Q(claimed_until=None)
    free |= Q(claimed_until__lt=timezone.now())
    if is_dead(row.claimed_by):
        free |= Q(claimed_by=row.claimed_by)
    until = timezone.now() + LEASE
    taken = Root.objects.filter(free, pk=root.pk).update(claimed_by=name, claimed_until=until)
    return bool(taken)


def keep(root: Root, name: str) -> None:
    """Renew; part of each transaction that writes for the root. Raises ClaimLost."""
    mine = Root.objects.filter(pk=root.pk, claimed_by=name)
    if not mine.update(claimed_until=timezone.now() + LEASE):
        raise ClaimLost(f"{root.path} is kept by another process now")


def release(root: Root, name: str) -> None:
    Root.objects.filter(pk=root.pk, claimed_by=name).update(claimed_by="", claimed_until=None)
