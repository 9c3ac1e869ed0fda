"""What a run is called and where it belongs: the part of the form that is no configuration."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from runs.contract.layout import DEFAULT_GROUP, check_name
from runs.errors import NameInvalid
from runs.lifecycle.services import MEMBER_PRIORITIES, SEED_LIMIT, STAFF_PRIORITIES, TEXT_LIMIT


class DirectoryNameField(forms.CharField):
    """A name that becomes a directory; the contract says which may."""

    def __init__(self, noun: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.noun = noun
        self.error_messages["required"] = f"Give a {noun}."

    def validate(self, value: str) -> None:
        super().validate(value)
        try:
            check_name(value, self.noun)
        except NameInvalid as error:
            raise ValidationError(error.message) from error

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "autocomplete": "off", "spellcheck": "false"}


class TagsField(forms.CharField):
    """Words with commas between, as a list without repeats."""

    def to_python(self, value: Any) -> Any:
        words = (word.strip() for word in (super().to_python(value) or "").split(","))
        return list(dict.fromkeys(word for word in words if word))

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


class NewRunForm(forms.Form):
    """Never limits what can be typed: a fault is said, not cut off."""

    name = DirectoryNameField("name")
    project = DirectoryNameField(
        "project",
        help_text="One of the list, or a new one.",
        widget=forms.TextInput({"list": "projects"}),
    )
    group = DirectoryNameField("group", initial=DEFAULT_GROUP)
    seed = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=SEED_LIMIT,
        help_text="Empty: the configuration's.",
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    priority = forms.IntegerField(
        required=False, widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"})
    )
    tags = TagsField(required=False, help_text="With commas between.")
    notes = forms.CharField(
        required=False, max_length=TEXT_LIMIT, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = STAFF_PRIORITIES if user.is_staff else MEMBER_PRIORITIES
        self.allowed_priorities = allowed
        self.fields[
            "priority"
        ].help_text = f"{allowed.start} to {allowed.stop - 1}; the higher goes first. Empty: 0."
        for name in self.fields:
            self.mark(name)

    def mark(self, name: str) -> None:
        """Join control, help and fault for who hears the page."""
        attributes = self.fields[name].widget.attrs
        attributes["aria-describedby"] = f"help-{name} fault-{name}"
        attributes.pop("maxlength", None)
        if self.is_bound and self[name].errors:
            attributes["aria-invalid"] = "true"

    def clean_priority(self) -> int:
        priority: int = self.cleaned_data["priority"] or 0
        if priority not in self.allowed_priorities:
            first, last = self.allowed_priorities.start, self.allowed_priorities.stop - 1
            raise ValidationError(f"Your priority may be from {first} to {last}.")
        return priority

    def show_fault(self, name: str | None, message: str) -> None:
        """A complaint of the service, at its field where there is one."""
        field = name if name in self.fields else None
        self.add_error(field, message)
        if field:
            self.mark(field)
