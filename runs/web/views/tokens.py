"""One's own tokens: a list, a new one whose text is shown once, and revoking."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from runs.accounts.tokens import make_token, revoke_token
from runs.errors import InvalidInput, TokenNotFound
from runs.models import Token
from runs.web.forms.token import TokenForm

MOST_ENDED = 20


@require_safe
@never_cache
def token_list(request: HttpRequest) -> HttpResponse:
    return page(request, TokenForm(user=request.user))


@require_POST
@never_cache
def token_make(request: HttpRequest) -> HttpResponse:
    """The answer is the one place where the text stands: nothing keeps it for another."""
    form = TokenForm(request.POST, user=request.user)
    if not form.is_valid():
        return page(request, form, status=422)
    try:
        token, text = make_token(
            owner=request.user,
            label=form.cleaned_data["label"],
            scopes=form.cleaned_data["scopes"],
            expires_at=form.expires_at(),
        )
    except InvalidInput as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return page(request, form, status=422)
    return page(request, TokenForm(user=request.user), status=201, made=token, text=text)


@require_POST
@never_cache
def token_revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """First asks; `confirm` revokes. Raises TokenNotFound."""
    token = Token.objects.filter(owner=request.user.pk, pk=token_id).first()
    if token is None:
        raise TokenNotFound("There is no such token.")
    is_fragment = bool(request.htmx)  # type: ignore[attr-defined]
    if "confirm" not in request.POST:
        name = "tokens/_confirm.html" if is_fragment else "tokens/confirm.html"
        return render(request, name, {"token": token})
    revoke_token(actor=request.user, token=token)
    messages.success(request, f"{token.label} is revoked.")
    address = reverse("token_list")
    return HttpResponseClientRedirect(address) if is_fragment else redirect(address)


def page(request: HttpRequest, form: TokenForm, status: int = 200, **more: Any) -> HttpResponse:
    tokens = list(Token.objects.filter(owner=request.user.pk))
    usable = [token for token in tokens if token.is_usable()]
    ended = [token for token in tokens if not token.is_usable()][:MOST_ENDED]
    context = {"form": form, "tokens": [*usable, *ended], "usable": len(usable), **more}
    return render(request, "tokens/page.html", context, status=status)
