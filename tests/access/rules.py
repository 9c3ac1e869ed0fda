"""What a row of the table may say: who gets which kind of answer."""

from dataclasses import dataclass, field, replace

ACTORS = ("anonymous", "stranger", "member", "owner", "manager", "staff")
TITLES = ("nobody logged in", "another member", "member of it", "owner", "manager", "staff")

YES = "yes"
SOME = "what they may see"
HIDDEN = "no such thing"
REFUSED = "refused"
LOGIN = "log in"


@dataclass(frozen=True)
class Rule:
    """For a closed project: the stranger is no member of it; owner and manager are also members."""

    anonymous: str
    stranger: str
    member: str
    owner: str
    manager: str
    staff: str

    def of(self, actor):
        return getattr(self, actor)

    def of_open_project(self):
        """There, another member is what a member is here."""
        return replace(self, stranger=self.member)


EVERYBODY = Rule(YES, YES, YES, YES, YES, YES)
BY_TOKEN = Rule(LOGIN, LOGIN, LOGIN, LOGIN, LOGIN, LOGIN)
LEADS_TO_LOGIN = Rule(LOGIN, LOGIN, LOGIN, LOGIN, LOGIN, LOGIN)
LOGGED_IN = Rule(LOGIN, YES, YES, YES, YES, YES)
LISTS = Rule(LOGIN, SOME, YES, YES, YES, YES)
SEES = Rule(LOGIN, HIDDEN, YES, YES, YES, YES)
RESTORES = Rule(LOGIN, HIDDEN, HIDDEN, YES, YES, YES)
ACTS = Rule(LOGIN, HIDDEN, REFUSED, YES, YES, YES)
MANAGES = Rule(LOGIN, HIDDEN, REFUSED, REFUSED, YES, YES)
STAFF_UPON = Rule(LOGIN, HIDDEN, REFUSED, REFUSED, REFUSED, YES)
# A creation session is its owner's, whatever project it is for.
OWN = Rule(LOGIN, HIDDEN, HIDDEN, YES, HIDDEN, YES)
OWN_LISTS = Rule(LOGIN, SOME, SOME, YES, SOME, YES)
OWN_ALONE = Rule(LOGIN, SOME, SOME, YES, SOME, SOME)
OF_ANOTHER = Rule(LOGIN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN)
STAFF = Rule(LOGIN, REFUSED, REFUSED, REFUSED, REFUSED, YES)


@dataclass(frozen=True)
class Row:
    """One route with one method. `route` is a page's name, or an address without its first slash.

    Texts may hold names of `World.values()` in braces. `args` replaces parts of the address;
    `data` is a form's, or JSON for the API. `effect` is a method of `World` that says whether
    what was asked for has happened. Of several things at once (`many`) the answer is never a
    refusal: what may not be done to one is said, and not done. A list of `figures` alone names no
    project.
    """

    method: str
    route: str
    rule: Rule
    query: str = ""
    args: dict = field(default_factory=dict)
    data: dict = field(default_factory=dict)
    effect: str = ""
    many: bool = False
    figures: bool = False
    note: str = ""

    @property
    def key(self):
        return f"{self.method} {self.route}"

    @property
    def lists(self):
        """Whether it is a list, which tells of the project those alone who see it."""
        return self.rule in (LISTS, OWN_LISTS, OWN_ALONE) and not self.figures


def page(name, rule, method="GET", **more):
    """A page by the name of its address."""
    return Row(method, name, rule, **more)


def call(operation, rule, **more):
    """An operation of the API: `GET /runs/{run_id}`."""
    method, path = operation.split(" ")
    return Row(method, f"api/v1{path}", rule, **more)


def socket(route, rule, **more):
    return Row("SOCKET", route, rule, **more)
