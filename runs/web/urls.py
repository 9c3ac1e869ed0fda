"""Addresses of the pages; their names are what templates and tests hold on to."""

from django.contrib.auth import views as auth
from django.urls import path, register_converter
from django.urls.converters import PathConverter

from .views import (
    account,
    alert_list,
    artifacts,
    checkpoint_list,
    checkpoint_page,
    checkpoint_queue,
    clean_up,
    creation,
    creation_left,
    creation_list,
    dashboard,
    frame,
    job_list,
    job_page,
    log,
    new_run,
    projects,
    retention,
    root_list,
    run_actions,
    run_list,
    run_page,
    search,
    templates,
    trash,
    usage,
)


class SuffixConverter(PathConverter):
    """A path that may hold anything a directory name can: a line end, too."""

    regex = r"[\s\S]+"


register_converter(SuffixConverter, "suffix")

# Each part is a key looked up in the table, never a piece of a path on disk.
JOB = "jobs/<str:project>/<str:group>/<str:name>/<str:run_id>/"

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("frame/", frame.frame, name="frame"),
    path("runs/", run_list.run_list, name="run_list"),
    path("runs/rows/", run_list.run_rows, name="run_rows"),
    path("runs/actions/", run_actions.act_on_many, name="run_actions"),
    path("runs/new/", new_run.new_run, name="run_new"),
    path("runs/new/check/", new_run.check, name="run_new_check"),
    path("runs/<str:run_id>/", run_page.run_page, name="run"),
    path("runs/<str:run_id>/header/", run_page.header, name="run_header"),
    path("runs/<str:run_id>/cancel/", run_actions.cancel, name="run_cancel"),
    path("runs/<str:run_id>/retry/", run_actions.retry, name="run_retry"),
    path("runs/<str:run_id>/delete/", run_actions.delete, name="run_delete"),
    path("runs/<str:run_id>/log/lines/", log.lines, name="run_log_lines"),
    path("runs/<str:run_id>/log/search/", log.search, name="run_log_search"),
    path("runs/<str:run_id>/log/raw/", log.raw, name="run_log_raw"),
    path("runs/<str:run_id>/artifacts.zip", artifacts.archive, name="run_artifacts_zip"),
    path("runs/<str:run_id>/artifacts/file/<path:path>", artifacts.download, name="run_artifact"),
    path(
        "runs/<str:run_id>/artifacts/preview/<path:path>",
        artifacts.preview,
        name="run_artifact_preview",
    ),
    path("checkpoints/", checkpoint_list.checkpoint_list, name="checkpoint_list"),
    path("checkpoints/rows/", checkpoint_list.checkpoint_rows, name="checkpoint_rows"),
    path("checkpoints/review/", checkpoint_queue.checkpoint_queue, name="checkpoint_queue"),
    path(
        "checkpoints/<str:project>/<str:group>/<str:name>/",
        checkpoint_list.checkpoint_name,
        name="checkpoint_name",
    ),
    path(
        "checkpoints/<str:project>/<str:group>/<str:name>/<suffix:suffix>/",
        checkpoint_page.checkpoint,
        name="checkpoint",
    ),
    path("jobs/", job_list.job_list, name="job_list"),
    path("jobs/rows/", job_list.job_rows, name="job_rows"),
    path("jobs/<str:project>/<str:group>/<str:name>/", job_list.job_name, name="job_name"),
    path(JOB, job_page.job_page, name="job"),
    path(f"{JOB}header/", job_page.header, name="job_header"),
    path(f"{JOB}log/lines/", log.lines, name="job_log_lines"),
    path(f"{JOB}log/search/", log.search, name="job_log_search"),
    path(f"{JOB}log/raw/", log.raw, name="job_log_raw"),
    path(f"{JOB}artifacts/<int:root_id>/<suffix:path>", job_page.artifact, name="job_artifact"),
    path("sessions/", creation_list.session_list, name="session_list"),
    path("sessions/new/", creation.session_new, name="session_new"),
    path("sessions/left/", creation_left.session_left, name="session_left"),
    path("sessions/<str:session_id>/", creation.session, name="session"),
    path("projects/", projects.project_list, name="project_list"),
    path("projects/<str:slug>/", projects.project, name="project"),
    path("alerts/", alert_list.alert_list, name="alert_list"),
    path("alerts/acknowledge/", alert_list.acknowledge_many, name="alert_acknowledge_all"),
    path(
        "alerts/<int:alert_id>/acknowledge/",
        alert_list.acknowledge_one,
        name="alert_acknowledge",
    ),
    path("alerts/test/<str:channel>/", alert_list.send_test, name="alert_test"),
    path("jobs/actions/", clean_up.job_actions, name="job_actions"),
    path("checkpoints/actions/", clean_up.checkpoint_actions, name="checkpoint_actions"),
    path("projects/<str:slug>/retention/", retention.project_retention, name="project_retention"),
    path("trash/", trash.trash_list, name="trash_list"),
    path("trash/restore/", trash.trash_restore, name="trash_restore"),
    path("trash/remove/", trash.trash_remove, name="trash_remove"),
    path("usage/", usage.usage_page, name="usage"),
    path("roots/", root_list.root_list, name="root_list"),
    path("roots/<int:root_id>/accept/", root_list.accept, name="root_accept"),
    path("search/", search.search_page, name="search"),
    path("templates/", templates.template_list, name="template_list"),
    path("templates/<slug:program>/<path:name>/", templates.template_page, name="template"),
    path("accounts/login/", account.Login.as_view(), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path("accounts/link/<str:token>/", account.login_by_link, name="login_link"),
    path("accounts/password/", account.set_password, name="set_password"),
]
