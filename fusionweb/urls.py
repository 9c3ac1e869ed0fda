"""Where addresses lead: the admin site and the pages of `runs`."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("runs.web.urls")),
]

handler404 = "runs.web.views.errors.not_found"
handler403 = "runs.web.views.errors.forbidden"
handler400 = "runs.web.views.errors.bad_request"
handler500 = "runs.web.views.errors.server_error"
