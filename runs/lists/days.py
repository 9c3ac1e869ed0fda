"""Days as filters take them."""

from datetime import date, datetime, time

from django import forms
from django.utils import timezone

NO_DAY = {"invalid": "Write a day as 2026-11-30."}


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def in_zone(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))
