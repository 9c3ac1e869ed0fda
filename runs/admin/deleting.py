"""Delete many with their files: asks first, counting files and bytes; then through the trash."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import methodcaller
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from runs.cleanup.deletion import Size
from runs.cleanup.trash import Deleted
from runs.errors import FusionwebError
from runs.web.templatetags.show import count, size

from .staff import ReadOnlyAdmin, is_staff

# Beyond it, measuring and moving takes longer than a browser waits.
MOST_AT_ONCE = 500
MOST_FAULTS_SHOWN = 10


@dataclass(frozen=True)
class Deletion:
    """How one noun is deleted; `refusal` says why one has to stay, empty where it may go."""

    word: str
    related: Sequence[str]
    measure: Callable[[Any], Size]
    delete: Callable[..., Deleted]
    refusal: Callable[[Any], str]
    name_of: Callable[[Any], str] = str
    address_of: Callable[[Any], str] = methodcaller("get_absolute_url")
    plural: str = ""

    @property
    def words(self) -> str:
        """For `count`."""
        return f"{self.word},{self.many}"

    @property
    def many(self) -> str:
        return self.plural or f"{self.word}s"


@dataclass(frozen=True)
class Doomed:
    """Something about to be deleted, and what goes with it."""

    pk: Any
    name: str
    address: str
    size: Size


class DeletableAdmin(ReadOnlyAdmin):
    """Rows whose deletion takes files along, so that Django's own must not be offered."""

    deletion: Deletion

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request) and (obj is None or not self.deletion.refusal(obj))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without Django's own deletion, which would leave the files behind."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        return delete_with_files(self, request, self.model.objects.filter(pk=object_id))


def act_on_each(
    request: HttpRequest, rows: QuerySet[Any], related: Sequence[str], act: Callable[[Any], Any]
) -> list[Any]:
    """What `act` answered for each row it worked on; refusals become messages."""
    if not is_staff(request):
        raise PermissionDenied
    done: list[Any] = []
    refused: list[str] = []
    for row in rows.select_related(*related)[: MOST_AT_ONCE + 1]:
        if len(done) + len(refused) == MOST_AT_ONCE:
            messages.warning(request, f"Stopped after {MOST_AT_ONCE}. Do the rest again.")
            break
        try:
            done.append(act(row))
        except FusionwebError as error:
            refused.append(f"{row}: {error.message}")
    for sentence in shortened(refused):
        messages.error(request, sentence)
    return done


def shortened(sentences: list[str]) -> list[str]:
    rest = len(sentences) - MOST_FAULTS_SHOWN
    return sentences[:MOST_FAULTS_SHOWN] + ([f"… and {rest} more."] if rest > 0 else [])


@admin.action(description="Delete with files…")
def delete_with_files(
    model_admin: DeletableAdmin, request: HttpRequest, rows: QuerySet[Any]
) -> HttpResponse:
    """Ask first, naming what goes, files and bytes; delete once the answer has been typed."""
    deletion = model_admin.deletion
    chosen = list(rows.select_related(*deletion.related)[:MOST_AT_ONCE])
    doomed = [row for row in chosen if not deletion.refusal(row)]
    answer = expected_answer(doomed)
    if doomed and request.POST.get("answer", "").strip() == answer:
        return delete_now(model_admin, request, rows)
    if not is_staff(request):
        raise PermissionDenied
    staying = [(deletion.name_of(row), deletion.refusal(row)) for row in chosen]
    return TemplateResponse(
        request,
        "admin/runs/delete_with_files.html",
        {
            **model_admin.admin_site.each_context(request),
            **measured(deletion, doomed),
            "title": f"Delete {deletion.many} with their files",
            "opts": model_admin.opts,
            "deletion": deletion,
            "list": list_address(model_admin.model),
            "staying": [(name, why) for name, why in staying if why],
            "answer": answer,
            "wrong": "answer" in request.POST,
            "more": rows.count() > MOST_AT_ONCE and MOST_AT_ONCE,
            "checkbox": ACTION_CHECKBOX_NAME,
            "trash_days": settings.FUSIONWEB_TRASH_DAYS,
        },
    )


def list_address(model: type[Model]) -> str:
    return reverse(f"admin:runs_{model._meta.model_name}_changelist")


def expected_answer(doomed: list[Any]) -> str:
    """What has to be typed: the name of one, the number of several."""
    return doomed[0].name if len(doomed) == 1 else str(len(doomed))


def measured(deletion: Deletion, doomed: list[Any]) -> dict[str, Any]:
    rows = [
        Doomed(row.pk, deletion.name_of(row), deletion.address_of(row), deletion.measure(row))
        for row in doomed
    ]
    return {
        "doomed": rows,
        "files": sum(row.size.files for row in rows),
        "size": size(sum(row.size.size_bytes for row in rows)),
    }


def delete_now(
    model_admin: DeletableAdmin, request: HttpRequest, rows: QuerySet[Any]
) -> HttpResponse:
    deletion, actor = model_admin.deletion, request.user

    def delete(row: Any) -> Deleted:
        return deletion.delete(actor=actor, **{deletion.word: row})

    done = act_on_each(request, rows, deletion.related, delete)
    for sentence in shortened([kept for deleted in done for kept in deleted.kept]):
        messages.warning(request, sentence)
    if done:
        files = count(sum(deleted.files for deleted in done), "file")
        freed = size(sum(deleted.size_bytes for deleted in done))
        words = f"{count(len(done), deletion.words)} deleted: {files}, {freed}"
        messages.success(request, f"{words}. The trash keeps it for now.")
    return HttpResponseRedirect(list_address(model_admin.model))
