"""Where addresses lead: the admin site and the pages of `runs`."""

from django.contrib import admin
from django.urls import include, path, re_path

from runs.api.answering import answering, unknown_address
from runs.api.errors import by_address
from runs.api.urls import api_urls
from runs.web.views import account, errors

urlpatterns = [
    path("admin/login/", account.admin_login),
    path("admin/", admin.site.urls),
    path("api/v1/", api_urls),
    re_path(r"^api(?:/|$)", answering(unknown_address)),
    path("", include("runs.web.urls")),
]

handler404 = "runs.web.views.errors.not_found"
handler403 = "runs.web.views.errors.forbidden"
handler400 = by_address(errors.bad_request, 400)
handler500 = by_address(errors.server_error, 500)
