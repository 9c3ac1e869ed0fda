"""For machines that watch this one, without login: `/health…` and `/metrics`."""

from ipaddress import ip_address

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import split_domain_port
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from runs.access import is_staff
from runs.accounts.tokens import find_token
from runs.asking import asker, known_by_token
from runs.errors import NotAllowed, NotAuthenticated
from runs.health.metrics import scrape
from runs.health.probes import readiness
from runs.http.liveness import BODY
from runs.models.token import Scope

# What a proxy adds: the address it then has of this machine is not the client's.
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")
OWN_NAMES = ("localhost", "127.0.0.1", "[::1]")


@login_not_required
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """As `Liveness` answers it, where another server or a test stands before Django."""
    return no_store(HttpResponse(BODY, content_type="application/json"))


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """503 where it is not."""
    found = readiness()
    return no_store(JsonResponse(found.to_json(), status=200 if found.is_ready else 503))


@login_not_required
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    return no_store(JsonResponse(readiness().to_json()))


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """To this machine, or to a token of staff that may read."""
    try:
        if "Authorization" in request.headers or not is_from_here(request):
            require_staff_token(request)
    except NotAuthenticated as error:
        answer = HttpResponse(f"{error.message}\n", status=401, content_type="text/plain")
        answer["WWW-Authenticate"] = 'Bearer realm="fusionweb"'
        return answer
    except NotAllowed as error:
        return HttpResponse(f"{error.message}\n", status=403, content_type="text/plain")
    return HttpResponse(scrape(), content_type=CONTENT_TYPE_LATEST)


def is_from_here(request: HttpRequest) -> bool:
    """Asked by this machine for itself: not through a proxy on it for anybody in the world."""
    address = asker().address
    host = split_domain_port(request.get_host())[0]
    forwarded = any(name in request.headers for name in FORWARDED)
    return (
        address is not None
        and ip_address(address).is_loopback
        and host in OWN_NAMES
        and not forwarded
    )


def require_staff_token(request: HttpRequest) -> None:
    """Raises NotAuthenticated, NotAllowed."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise NotAuthenticated("Send a token: Authorization: Bearer TOKEN")
    token = find_token(text.strip())
    known_by_token(token.pk)
    if Scope.READ not in token.scopes or not is_staff(token.owner):
        raise NotAllowed("Metrics need a token of staff with the scope read.")


def no_store(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
