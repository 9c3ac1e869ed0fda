"""Times as programs write them."""

from datetime import datetime, tzinfo


def read_time(text: str, zone: tzinfo | None = None) -> datetime:
    """An aware time from ISO 8601 text; without a zone of its own it is in `zone`.

    `zone` None is this process's local time, which Django sets to its TIME_ZONE: a caller under
    Django names the cluster's zone. ValueError where it is no time, or none a clock can show.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        return moment
    if zone is not None:
        return moment.replace(tzinfo=zone)
    try:
        return moment.astimezone()
    except (OverflowError, OSError) as error:
        raise ValueError(f"{text} is outside the calendar") from error
