"""What every answer says to browsers, and that no page needs more than that allows."""

from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from runs.accounts.tokens import make_token
from runs.http.middleware import POLICY

DATA_TYPES = {"application/json", "text/plain"}
# It would end the session; it has arguments that its pattern does not name.
NO_PAGES = {"logout", "admin:app_list"}


class Inline(HTMLParser):
    """Collects what the policy would have a browser refuse, or should never be there."""

    def __init__(self):
        super().__init__()
        self.found = []
        self.open = None

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.found += [
            f"<{tag} {name}>"
            for name, value in attributes
            if name == "style"
            or name.startswith(("on", "hx-on", "hx-vals", "hx-vars"))
            or (value or "").strip().lower().startswith("javascript:")
        ]
        if tag in ("script", "link") and (named.get("src") or named.get("href") or "/")[:2] == "//":
            self.found.append(f"<{tag}> from elsewhere")
        if (named.get("src") or "").startswith("http"):
            self.found.append(f"<{tag}> from elsewhere")
        is_code = tag == "script" and "src" not in named and named.get("type") not in DATA_TYPES
        self.open = tag if tag == "style" or is_code else None

    def handle_data(self, data):
        if self.open and data.strip():
            self.found.append(f"inline <{self.open}>: {data.strip()[:60]}")

    def handle_endtag(self, tag):
        self.open = None


def inline_of(page):
    parser = Inline()
    parser.feed(page)
    return parser.found


def patterns(urlpatterns, prefix=""):
    for pattern in urlpatterns:
        if isinstance(pattern, URLPattern):
            yield prefix, pattern
        else:
            namespace = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from patterns(pattern.url_patterns, namespace)


def names_without_arguments():
    """Of every page, those of the admin site and the API's documentation too."""
    found = set()
    for prefix, pattern in patterns(get_resolver().url_patterns):
        name = f"{prefix}{pattern.name}"
        if pattern.name and not pattern.pattern.converters and name not in NO_PAGES:
            found.add(name)
    return sorted(found)


@pytest.fixture
def at_work(client, staff, program, project, make_run, job_row, checkpoint_row):
    """Somebody of staff, with one of each noun."""
    client.force_login(staff)
    run = make_run(owner=staff)
    job_row(run_id="1")
    checkpoint = checkpoint_row()
    make_token(owner=staff, label="script", scopes=["read"])
    place = "/jobs/gpt/baselines/lm_small/1/?tab={{}}"
    pages = [f"/runs/{run.pk}/?tab={tab}" for tab in TABS]
    pages += [place.format(tab) for tab in TABS]
    pages += [f"/checkpoints/gpt/baselines/lm_small/{checkpoint.suffix}/?tab={tab}" for tab in TABS]
    return [
        *pages,
        "/projects/optics/",
        "/projects/optics/retention/",
        "/templates/fusion-sim/quick/",
        f"/runs/new/?from={run.pk}",
        f"/admin/runs/run/{run.pk}/change/",
        "/admin/runs/program/add/",
        "/nowhere/",
    ]


TABS = ("overview", "log", "progress", "artifacts", "configuration", "files", "metrics")


@pytest.mark.parametrize("name", names_without_arguments())
def test_no_page_has_anything_inline(client, staff, program, name):
    client.force_login(staff)
    answer = client.get(reverse(name))
    assert answer.status_code != 500
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        assert inline_of(answer.content.decode()) == []


def test_no_page_of_a_thing_has_anything_inline(client, at_work):
    for address in at_work:
        answer = client.get(address)
        assert answer.status_code in (200, 404), address
        assert inline_of(answer.content.decode()) == [], address


def test_no_page_for_strangers_has_anything_inline(client, db):
    for address in ("/accounts/login/", "/accounts/link/x/", "/runs/", "/api/v1/docs"):
        page = client.get(address, follow=True)
        assert inline_of(page.content.decode()) == [], address


@pytest.mark.parametrize(
    "page",
    ["<p style='a'>", "<b onclick=x>", "<script>1</script>", "<style>a{}</style>",
     "<a href=' javascript:1'>", "<script src='//cdn.example/x.js'></script>",
     "<img src='https://x.example/1.png'>"],
)  # fmt: skip
def test_the_parser_would_notice(page):
    assert len(inline_of(page)) == 1


ANSWERS = [
    "/",
    "/accounts/login/",
    "/runs/",
    "/nowhere/",
    "/admin/",
    "/api/v1/programs",
    "/api/v1/x",
]


@pytest.mark.parametrize("address", ANSWERS)
@pytest.mark.parametrize("known", [True, False])
def test_every_answer_says_what_a_browser_may_do_with_it(client, staff, address, known):
    if known:
        client.force_login(staff)
    headers = client.get(address).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["X-Trace-Id"]
    assert "Access-Control-Allow-Origin" not in headers


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere():
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert "*" not in POLICY


def test_a_session_is_kept_from_scripts_and_other_sites(client, member):
    data = {"username": "ada", "password": "secret of ada"}
    cookie = client.post("/accounts/login/", data).cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_form_from_elsewhere_is_refused(member, run_row):
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    run = run_row()
    answer = client.post(f"/runs/{run.pk}/cancel/", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    run.refresh_from_db()
    assert run.status == "pending"
