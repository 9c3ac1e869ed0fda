"""Scripts of people: a client that shows a token."""

import json

import pytest
from django.test import Client

from runs.accounts.tokens import make_token
from runs.models.token import Scope


class Script:
    """Speaks JSON under /api/v1 with a token; `response.json()` is what it answers."""

    def __init__(self, owner, scopes=tuple(Scope.values)):
        _, self.text = make_token(owner=owner, label="test", scopes=scopes)
        self.client = Client(headers={"Authorization": f"Bearer {self.text}"})

    def get(self, path, /, **query):
        return self.client.get(f"/api/v1{path}", query)

    def post(self, path, body=None, **headers):
        return self.send("post", path, body, **headers)

    def patch(self, path, body):
        return self.send("patch", path, body)

    def delete(self, path, /, **query):
        return self.client.delete(f"/api/v1{path}", query_params=query)

    def send(self, method, path, body, **headers):
        text = b"" if body is None else json.dumps(body)
        ask = getattr(self.client, method)
        return ask(f"/api/v1{path}", text, content_type="application/json", headers=headers)


@pytest.fixture
def script(member):
    return Script(member)


@pytest.fixture
def other_script(other_member):
    return Script(other_member)


@pytest.fixture
def staff_script(staff):
    return Script(staff)
