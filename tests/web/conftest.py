"""Creation sessions as a person makes them over HTTP."""

import pytest

from runs.models import CreationSession
from tests.web.browser_forms import fields_of


class Wizard:
    """A person at the form: opens steps, types into what the page shows, presses a button."""

    def __init__(self, client, address):
        self.client, self.address = client, address

    def open(self, step=""):
        return self.client.get(f"{self.address}?step={step}" if step else self.address)

    def press(self, step, action, **typed):
        fields = fields_of(self.open(step)) | {"action": action}
        return self.client.post(self.address, fields | typed)

    @property
    def session(self):
        return CreationSession.objects.get(pk=self.address.split("/")[2])


@pytest.fixture
def begin(client, member, program):
    client.force_login(member)

    def begin(kind, **prefilled):
        response = client.post("/sessions/new/", {"kind": kind, **prefilled})
        return Wizard(client, response.url)

    return begin


@pytest.fixture
def run_wizard(begin, program, project):
    """Filled in as far as the preview."""
    wizard = begin("run", project="optics")
    wizard.press("program", "next", made_from="fusion-sim/quick_seconds")
    return wizard
