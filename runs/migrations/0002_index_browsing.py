"""One index that holds everything the list of runs filters by, for SQLite.

A filter that no other index serves, such as a search, then reads 25 MB instead of the whole
table of 100,000 runs, in the order of the list. PostgreSQL combines its indexes itself, and
would refuse an entry as long as notes may be.
"""

from django.db import migrations

CREATE = (
    'CREATE INDEX run_browse ON runs_run (created_at, id, status, owner_id, project_id, '
    'program_id, "group", tags, search_text)'
)


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(CREATE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP INDEX run_browse")


class Migration(migrations.Migration):
    dependencies = [("runs", "0001_create_runs")]
    operations = [migrations.RunPython(create, drop)]
