"""Indexes that runs.search looks words up in; it says how they are kept.

The triggers live on the tables of runs, jobs and checkpoints. A later migration that SQLite can
only do by making such a table anew drops them with the old one and has to create them again.
"""

from django.db import DatabaseError, migrations, transaction

TABLES = ("runs_run", "runs_job", "runs_checkpoint")
OLDEST_SQLITE = (3, 34, 0)

TABLES_OF_INDEX = [
    "CREATE VIRTUAL TABLE {t}_search USING fts5("
    "search_text, content='', tokenize='trigram case_sensitive 1', detail=none)",
    # Rows whose entry in the index is wrong, with the text it was made from; NULL: no entry.
    "CREATE TABLE {t}_search_stale (n integer PRIMARY KEY, search_text text)",
]
NEWEST = "(SELECT ifnull(max(id), 0) FROM {t}_search_docsize)"
NOTE = "INSERT OR IGNORE INTO {t}_search_stale SELECT"
TRIGGERS = [
    f"""CREATE TRIGGER {{t}}_search_changed AFTER UPDATE OF search_text ON {{t}}
    WHEN new.search_text <> old.search_text AND old.id <= {NEWEST}
    BEGIN {NOTE} old.id, old.search_text; END""",
    f"""CREATE TRIGGER {{t}}_search_deleted AFTER DELETE ON {{t}} WHEN old.id <= {NEWEST}
    BEGIN {NOTE} old.id, old.search_text; END""",
    # A row that is put back under its old number.
    f"""CREATE TRIGGER {{t}}_search_restored AFTER INSERT ON {{t}} WHEN new.id <= {NEWEST}
    BEGIN {NOTE} new.id, NULL; END""",
]
NUMBERED = f"n, old.search_text FROM {{t}}_search_number WHERE run_id = old.id AND n <= {NEWEST}"
TRIGGERS_OF_RUNS = [
    """CREATE TRIGGER {t}_search_numbered AFTER INSERT ON {t}
    BEGIN INSERT INTO {t}_search_number (run_id) VALUES (new.id); END""",
    f"""CREATE TRIGGER {{t}}_search_changed AFTER UPDATE OF search_text ON {{t}}
    WHEN new.search_text <> old.search_text BEGIN {NOTE} {NUMBERED}; END""",
    f"""CREATE TRIGGER {{t}}_search_deleted AFTER DELETE ON {{t}}
    BEGIN {NOTE} {NUMBERED}; DELETE FROM {{t}}_search_number WHERE run_id = old.id; END""",
]
NUMBERS = [
    "CREATE TABLE runs_run_search_number "
    "(n integer PRIMARY KEY AUTOINCREMENT, run_id varchar(12) NOT NULL UNIQUE)",
    "INSERT INTO runs_run_search_number (run_id) SELECT id FROM runs_run ORDER BY created_at",
]
FILL = [
    "INSERT INTO runs_run_search (rowid, search_text) SELECT n, search_text FROM runs_run "
    "JOIN runs_run_search_number ON runs_run.id = run_id",
    "INSERT INTO runs_job_search (rowid, search_text) SELECT id, search_text FROM runs_job",
]


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        create_in_sqlite(schema_editor)
    elif schema_editor.connection.vendor == "postgresql":
        create_in_postgresql(schema_editor)


def create_in_sqlite(schema_editor):
    version = schema_editor.connection.Database.sqlite_version_info
    if version < OLDEST_SQLITE:
        raise RuntimeError(f"SQLite 3.34 or newer is needed, and this Python has {version}.")
    # The index of 0002 that only searches were counted with.
    statements = ["DROP INDEX run_search", *NUMBERS]
    for table in TABLES:
        triggers = TRIGGERS_OF_RUNS if table == "runs_run" else TRIGGERS
        statements += [text.format(t=table) for text in (*TABLES_OF_INDEX, *triggers)]
    for statement in (*statements, *FILL):
        schema_editor.execute(statement, params=None)


def create_in_postgresql(schema_editor):
    """Without the right to make the extension a search reads every row, and works."""
    try:
        with transaction.atomic(schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm", params=None)
    except DatabaseError:
        return
    for table in TABLES:
        schema_editor.execute(
            f"CREATE INDEX {table}_search ON {table} USING gin (search_text gin_trgm_ops)",
            params=None,
        )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"DROP INDEX IF EXISTS {table}_search", params=None)
    elif schema_editor.connection.vendor == "sqlite":
        drop_in_sqlite(schema_editor)


def drop_in_sqlite(schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        triggers = [name for (name,) in cursor if "_search_" in name]
    for name in triggers:
        schema_editor.execute(f"DROP TRIGGER {name}", params=None)
    for table in TABLES:
        schema_editor.execute(f"DROP TABLE {table}_search", params=None)
        schema_editor.execute(f"DROP TABLE {table}_search_stale", params=None)
    schema_editor.execute("DROP TABLE runs_run_search_number", params=None)
    schema_editor.execute("CREATE INDEX run_search ON runs_run (search_text)", params=None)


class Migration(migrations.Migration):
    dependencies = [("runs", "0004_index_directories")]
    operations = [migrations.RunPython(create, drop)]
