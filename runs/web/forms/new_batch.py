"""What a batch is besides its configuration: its kind, how many runs, and what differs in them."""

from typing import Any

from django import forms

from runs.analysis.requests import MOST_ITERATIONS, Arm
from runs.errors import ConfigurationInvalid, InvalidInput, Problem
from runs.lifecycle.services import SEED_LIMIT
from runs.models import Batch, Program

from .configuration import ConfigurationForm
from .new_run import NewRunForm
from .numbers import NumbersField
from .sides import Sides, sides_of_form

PLACE = ("name", "project", "group", "tags", "notes")
MANY = ("num_iterations", "base_seed", "max_running", "priority")
SWEEP = ("parameter", "values", "parameter_2", "values_2")
WORDS = {
    "repeat": ("Repeat", "One configuration on many seeds: how sure is its result?"),
    "compare": ("Compare", "A and B on the same seeds: what does a setting change?"),
    "sweep": ("Sweep", "One parameter, or two, over their values: how does it go?"),
}
# Where a service complains, and the field that shows it.
FIELDS = {"a.label": "a_label", "b.label": "b_label", "a.overrides": "sides",
          "b.overrides": "sides", "points": "sides"}  # fmt: skip
SEE_ROWS = "See what is said of the rows."


def whole_input(**attributes: str) -> forms.TextInput:
    return forms.TextInput({"inputmode": "numeric", "autocomplete": "off", **attributes})


def plain_input(**attributes: str) -> forms.TextInput:
    return forms.TextInput({"autocomplete": "off", "spellcheck": "false", **attributes})


class NewBatchForm(NewRunForm):
    """Fields of kinds that are not chosen are neither asked for nor complained of."""

    seed = None  # type: ignore[assignment]
    kind = forms.ChoiceField(
        choices=Batch.Kind.choices,
        initial=Batch.Kind.REPEAT,
        error_messages={"required": "Choose what kind of batch."},
    )
    num_iterations = forms.IntegerField(
        label="Runs",
        min_value=1,
        initial=10,
        help_text="Of a comparison on each side, of a sweep for each value.",
        widget=whole_input(),
    )
    base_seed = forms.IntegerField(
        label="First seed",
        required=False,
        min_value=0,
        max_value=SEED_LIMIT,
        help_text="Run i has this seed plus i. Empty: 0.",
        widget=whole_input(),
    )
    max_running = forms.IntegerField(
        label="At a time",
        required=False,
        min_value=1,
        help_text="Its own limit of slots. Empty: as many as are free.",
        widget=whole_input(),
    )
    a_label = forms.CharField(
        label="Label of A", required=False, widget=plain_input(placeholder="A")
    )
    b_label = forms.CharField(
        label="Label of B", required=False, widget=plain_input(placeholder="B")
    )
    sides = forms.CharField(required=False)
    parameter = forms.CharField(
        required=False,
        help_text="section.key, one of the list or any other.",
        widget=plain_input(list="numeric-keys"),
    )
    values = NumbersField(
        required=False,
        help_text="1, 2, 4 or a range: 10–100 step 10.",
        widget=plain_input(),
    )
    parameter_2 = forms.CharField(
        label="Second parameter",
        required=False,
        help_text="Empty: one parameter. With it, a grid.",
        widget=plain_input(list="numeric-keys"),
    )
    values_2 = NumbersField(label="Its values", required=False, widget=plain_input())
    metrics = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, user: Any, program: Program | None, **kwargs: Any) -> None:
        format = program.config_format if program else ""
        self.rows = sides_of_form(args[0], format) if args else Sides([])
        super().__init__(*args, user=user, **kwargs)
        known = program.metrics if program else []
        metrics = self.fields["metrics"]
        assert isinstance(metrics, forms.MultipleChoiceField)
        metrics.choices = [(each["name"], each.get("label") or each["name"]) for each in known]

    @property
    def kinds(self) -> list[tuple[str, str, str, bool]]:
        """Value, word, explanation and whether it is chosen, of each kind."""
        chosen = self["kind"].value()
        return [(value, *words, value == chosen) for value, words in WORDS.items()]

    def bound_fields(self, names: tuple[str, ...]) -> list[forms.BoundField]:
        return [self[name] for name in names]

    @property
    def place_fields(self) -> list[forms.BoundField]:
        return self.bound_fields(PLACE)

    @property
    def many_fields(self) -> list[forms.BoundField]:
        return self.bound_fields(MANY)

    @property
    def sweep_fields(self) -> list[forms.BoundField]:
        return self.bound_fields(SWEEP)

    @property
    def label_fields(self) -> list[forms.BoundField]:
        return self.bound_fields(("a_label", "b_label"))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        kind = values.get("kind")
        if kind != Batch.Kind.SWEEP:
            self.forget(SWEEP)
        elif not self.has_faults(SWEEP):
            self.require_sweep(values)
        if kind != Batch.Kind.COMPARE:
            self.forget(("a_label", "b_label"))
        elif self.rows.faults:
            self.add_error("sides", SEE_ROWS)
        most = MOST_ITERATIONS.get(kind, 0) if kind else 0
        if most and values.get("num_iterations", 0) > most:
            self.add_error("num_iterations", f"At most {most:,} of this kind.")
        return values

    def forget(self, names: tuple[str, ...]) -> None:
        for name in names:
            self.errors.pop(name, None)
            self.cleaned_data[name] = self.fields[name].clean("")

    def has_faults(self, names: tuple[str, ...]) -> bool:
        return any(name in self.errors for name in names)

    def require_sweep(self, values: dict[str, Any]) -> None:
        wanted = {
            "parameter": "Which parameter is to be swept?",
            "values": "Over which values?",
        }
        if values["parameter_2"] or values["values_2"]:
            wanted |= {"parameter_2": "Values of which parameter?", "values_2": "Which values?"}
        for name, words in wanted.items():
            if not values[name]:
                self.add_error(name, words)

    def arms(self) -> list[Arm]:
        if self.cleaned_data["kind"] != Batch.Kind.COMPARE:
            return []
        labels = (self.cleaned_data[f"{name}_label"] for name in ("a", "b"))
        pairs = zip(labels, self.rows.overrides, strict=True)
        return [Arm(label, overrides) for label, overrides in pairs]

    def show_problem(self, error: InvalidInput, configuration: ConfigurationForm) -> None:
        """A complaint about the batch at the field, the row or the text that it is about."""
        place = error.field or ""
        problems = error.problems if isinstance(error, ConfigurationInvalid) else []
        if problems and self.complain_at_rows(problems):
            self.show_fault("sides", SEE_ROWS)
        elif problems and place == "config":
            configuration.problems = problems
        else:
            said = "; ".join(dict.fromkeys(each.message for each in problems))
            field = FIELDS.get(place, place.partition(".")[0])
            self.show_fault(field, said or error.message)

    def complain_at_rows(self, problems: list[Problem]) -> bool:
        """Whether each of them is about a key of the rows."""
        if self.cleaned_data["kind"] != Batch.Kind.COMPARE:
            return False
        placed = [self.rows.complain(each.path, each.message) for each in problems]
        return all(placed)
