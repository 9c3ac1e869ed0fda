"""Addresses of the API. Each operation says itself who may call it (`needs`)."""

from django.urls import URLPattern, path, re_path

from .answering import answering, unknown_address
from .application import build
from .documentation import documentation_page

api = build()
patterns, application_name, namespace = api.urls
ROOT = "api-root"


def answered(pattern: URLPattern) -> URLPattern:
    pattern.callback = answering(pattern.callback)
    return pattern


api_urls = (
    [
        *(
            answered(each)
            for each in patterns
            if isinstance(each, URLPattern) and each.name != ROOT
        ),
        # a page: who is not logged in is led to the login
        path("docs", documentation_page(api), name="docs"),
        # ninja looks it up to learn where the API begins
        path("", answering(unknown_address), name=ROOT),
        re_path(r"^.*$", answering(unknown_address), name="unknown"),
    ],
    application_name,
    namespace,
)
