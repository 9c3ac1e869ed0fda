"""Every page of the admin site is for staff, whatever is registered there."""

import pytest
from django.contrib import admin
from django.urls import reverse

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_only_staff_come_in(client, member, staff, model):
    meta = model._meta
    place = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    assert "/login/" in client.get(place).url
    client.force_login(member)
    refused = client.get(place, follow=True)
    assert refused.status_code == 403
    client.force_login(staff)
    assert client.get(place).status_code == 200
