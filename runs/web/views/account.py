"""Log in, by password or once by link, and set a password."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.views import LoginView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from runs.access import is_staff
from runs.accounts.limits import require_login_rate
from runs.accounts.login_link import use_login_token
from runs.accounts.logins import lock_error, tell
from runs.errors import NotAllowed
from runs.http.address import address_of_request
from runs.http.statuses import status_of
from runs.web.views.errors import error_page

BACKEND = "django.contrib.auth.backends.ModelBackend"


@method_decorator(login_not_required, name="dispatch")
class Login(LoginView):
    """The login page; who is logged in already goes on to where they wanted to be."""

    template_name = "account/login.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        require_login_rate()
        return super().post(request, *args, **more)


def locked_out(
    request: HttpRequest, answer: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """In place of the login page's answer, for who has guessed too often."""
    error = lock_error((credentials or {}).get("username"), address_of_request(request))
    page = error_page(request, status_of(error), error.message)
    page["Retry-After"] = str(error.retry_after_seconds)
    return page


@login_not_required
def admin_login(request: HttpRequest) -> HttpResponse:
    """The admin site has no login of its own: one page to guess at is enough."""
    if request.user.is_authenticated and not is_staff(request.user):
        raise NotAllowed("The admin site is for staff.")
    wanted = request.GET.get("next") or reverse("admin:index")
    return redirect(f"{reverse('login')}?{urlencode({'next': wanted})}")


@login_not_required
@never_cache
@require_safe
def login_by_link(request: HttpRequest, token: str) -> HttpResponse:
    require_login_rate()
    try:
        with transaction.atomic():
            user = use_login_token(token)
            login(request, user, backend=BACKEND)
    except NotAllowed as error:
        return render(request, "account/link_refused.html", {"message": error.message}, status=403)
    return redirect("dashboard")


@sensitive_post_parameters()
@never_cache
def set_password(request: HttpRequest) -> HttpResponse:
    """Asks for the old password only where there is one: who came by link may have none."""
    user: Any = request.user
    form_class = PasswordChangeForm if user.has_usable_password() else SetPasswordForm
    form = form_class(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            tell("password_set", user.get_username(), user)
        update_session_auth_hash(request, user)
        messages.success(request, "Your password is set.")
        return redirect("dashboard")
    status = 422 if form.is_bound else 200
    return render(request, "account/set_password.html", {"form": form}, status=status)
