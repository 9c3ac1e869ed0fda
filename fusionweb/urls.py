"""Where addresses lead: the admin site and the pages of `runs`."""

from django.contrib import admin
from django.urls import include, path

from runs.api.urls import api_urls

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", api_urls),
    path("", include("runs.web.urls")),
]

handler404 = "runs.web.views.errors.not_found"
handler403 = "runs.web.views.errors.forbidden"
handler400 = "runs.web.views.errors.bad_request"
handler500 = "runs.web.views.errors.server_error"
