"""Addresses of the API. Each operation says itself who may call it (`needs`)."""

from .application import build

api_urls = build().urls

for pattern in api_urls[0]:
    # the login page is no answer for a script
    vars(pattern.callback)["login_required"] = False
