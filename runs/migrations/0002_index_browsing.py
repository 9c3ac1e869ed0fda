"""One index that holds everything the list of runs filters by, for SQLite.

A filter that no other index serves, such as a search, then reads 25 MB instead of the whole
table of 100,000 runs, in the order of the list. PostgreSQL combines its indexes itself, and
would refuse an entry as long as notes may be. A second one is narrower still, for counting
what a search finds.
"""

from django.db import migrations

INDEXES = {
    "run_browse": "created_at, id, status, owner_id, project_id, program_id, "
    '"group", tags, search_text',
    "run_search": "search_text",
    "run_tags": "tags",
}


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name, columns in INDEXES.items():
            schema_editor.execute(f"CREATE INDEX {name} ON runs_run ({columns})")


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    dependencies = [("runs", "0001_create_runs")]
    operations = [migrations.RunPython(create, drop)]
