"""The one process that launches, watches, signals and keeps the tables in step."""
