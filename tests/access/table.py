"""Who may what, route by route. A route without a row here fails the tests, and so does a row
without a route; `docs/access.md` is written from it (`python -m tests.access.document`)."""

from .rules import (
    ACTS,
    EVERYBODY,
    LISTS,
    LOGGED_IN,
    MANAGES,
    SEES,
    STAFF,
    STAFF_UPON,
    call,
    page,
    socket,
)

DELETE_RUN = {"confirm": "nebula-run"}
JOB = {"run_id": "{job_id}"}

PAGES = [
    page("dashboard", LISTS),
    page("frame", LOGGED_IN, note="slots and waiting runs are the machine's, whoever they belong to"),
    page("run_list", LISTS, query="owner=all"),
    page("run_rows", LISTS, query="owner=all&ids={run}"),
    page("run_actions", ACTS, "POST", data={"action": "cancel", "run": "{pending}"},
         effect="is_cancelled", many=True),
    page("run_new", LISTS),
    page("run_new", SEES, "POST", data={"project": "{project}", "token": "walk"},
         effect="is_launched", many=True),
    page("run_new_check", LOGGED_IN, "POST"),
    page("run", SEES),
    page("run_header", SEES),
    page("run_cancel", ACTS, "POST", args={"run_id": "{pending}"}, effect="is_cancelled"),
    page("run_retry", ACTS, "POST", effect="is_retried"),
    page("run_delete", ACTS, "POST", data=DELETE_RUN, effect="is_deleted"),
    page("run_log_lines", SEES),
    page("run_log_search", SEES, query="q=one"),
    page("run_log_raw", SEES),
    page("run_artifacts_zip", SEES),
    page("run_artifact", SEES),
    page("run_artifact_preview", SEES),
    page("checkpoint_list", LISTS),
    page("checkpoint_rows", LISTS, query="ids={checkpoint}"),
    page("checkpoint_queue", STAFF),
    page("checkpoint_queue", STAFF, "POST", data={"action": "approve", "at": "{checkpoint}"},
         effect="is_approved"),
    page("checkpoint_name", LOGGED_IN, note="leads on to the list"),
    page("checkpoint", SEES),
    page("checkpoint", STAFF_UPON, "POST", data={"action": "approve"}, effect="is_approved"),
    page("job_list", LISTS),
    page("job_rows", LISTS, query="ids={job}"),
    page("job_name", LOGGED_IN, note="leads on to the list"),
    page("job", SEES, args=JOB),
    page("job_header", SEES, args=JOB),
    page("job_log_lines", SEES, args=JOB),
    page("job_log_search", SEES, args=JOB, query="q=one"),
    page("job_log_raw", SEES, args=JOB),
    page("job_artifact", SEES, args=JOB),
    page("project_list", LISTS),
    page("project", SEES),
    page("project_members", MANAGES),
    page("project_members", MANAGES, "POST", data={"action": "add", "role": "member",
         "username": "linus"}, effect="is_added"),
    page("project_retention", SEES),
    page("project_retention", MANAGES, "POST", data={"subject": "jobs", "action": "save",
         "keep_latest": "7", "best_is": "lowest"}, effect="is_rule_saved"),
    page("alert_list", LISTS),
    page("alert_acknowledge", SEES, "POST", effect="is_acknowledged"),
    page("alert_acknowledge_all", SEES, "POST", data={"up_to": "{alert}"},
         effect="is_acknowledged", many=True),
    page("alert_test", STAFF, "POST", args={"channel": "mail"}),
    page("job_actions", MANAGES, "POST", data={"action": "delete", "job": "{job}", "confirm":
         "nebula_job"}, effect="is_job_deleted", many=True),
    page("checkpoint_actions", STAFF, "POST", data={"action": "delete", "checkpoint":
         "{checkpoint}", "confirm": "nebula_net"}, effect="is_checkpoint_deleted"),
    page("trash_list", LOGGED_IN, note="what they deleted, their own runs, and what is of a "
         "project they manage"),
    page("trash_restore", ACTS, "POST", data={"trash": "{trash}"}, effect="is_restored",
         many=True),
    page("trash_remove", STAFF, "POST", data={"trash": "{trash}", "confirm": "remove"},
         effect="is_removed"),
    page("usage", LISTS),
    page("root_list", LISTS),
    page("root_accept", STAFF, "POST", effect="is_accepted"),
    page("search", LISTS, query="q=nebu"),
    page("template_list", LOGGED_IN),
    page("template", LOGGED_IN, args={"program": "fusion-sim", "name": "quick"}),
    page("login", EVERYBODY),
    page("login", EVERYBODY, "POST"),
    page("logout", EVERYBODY, "POST"),
    page("login_link", EVERYBODY, note="the link is the secret"),
    page("set_password", LOGGED_IN),
    page("set_password", LOGGED_IN, "POST"),
    page("admin", STAFF, note="all of the admin site"),
]  # fmt: skip

CALLS = [
    call("GET /openapi.json", EVERYBODY),
    call("GET /docs", EVERYBODY),
    call("GET /programs", LOGGED_IN),
    call("GET /programs/{slug}/schema", LOGGED_IN, args={"slug": "fusion-sim"}),
]

SOCKETS = [
    socket("ws/events/", LISTS, query="since=0"),
    socket("ws/runs/{run_id}/", SEES),
    socket("ws/runs/{run_id}/log/", SEES),
    socket("ws/runs/{run_id}/progress/", SEES),
    socket("ws/jobs/{project}/{group}/{name}/{run_id}/log/", SEES, args=JOB),
    socket("ws/jobs/{project}/{group}/{name}/{run_id}/progress/", SEES, args=JOB),
]

ROWS = [*PAGES, *CALLS, *SOCKETS]
