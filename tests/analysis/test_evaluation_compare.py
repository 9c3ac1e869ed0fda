"""B against A over the iterations of a batch."""

import numpy as np
import pytest
from scipy import stats

from runs.analysis.statistics.holm import adjust_by_holm

from .evaluating import BLOCKING, HOPS, evaluated, plan, ran, summary_of

RANDOM = np.random.default_rng(43)
A = RANDOM.normal(0.0231, 0.002, 20)
B = A * 0.82 + RANDOM.normal(0, 0.0006, 20)


def compared(a=A, b=B, **fields):
    measured = [ran(number, float(value)) for number, value in enumerate(a)]
    measured += [ran(number, float(value), point=1) for number, value in enumerate(b)]
    return evaluated(measured, plan("compare", **fields))


def of_loads(shifts, n=20, **fields):
    """B is A plus that at each load, with some noise."""
    random = np.random.default_rng(47)
    measured = []
    for number in range(n):
        base = [[100.0 * load, float(random.normal(10, 1))] for load, _ in enumerate(shifts, 1)]
        noisy = [
            [x, value + shift + float(random.normal(0, 0.01)) * bool(shift)]
            for (x, value), shift in zip(base, shifts, strict=True)
        ]
        measured += [ran(number, base), ran(number, noisy, point=1)]
    return evaluated(measured, plan("compare", **fields))


def labelled(a, b):
    return [{"label": label, "overrides": {}, "values": []} for label in (a, b)]


def test_it_compares_and_says_so():
    found = compared()
    (comparison,) = summary_of(found).comparisons
    assert comparison.p == pytest.approx(stats.wilcoxon(B - A).pvalue)
    assert comparison.p_adjusted == comparison.p
    assert comparison.sentence.startswith("B blocks 18.7 % less than A, 95 % CI 17.3–20.2")
    assert comparison.sentence.endswith(" %, 20 pairs, p < 0.001")
    assert found.result.headlines == [comparison.sentence]
    assert len(summary_of(found).cells) == 2


def test_it_calls_them_by_their_labels():
    found = compared(points=labelled("one path", "three paths"))
    assert found.result.headlines[0].startswith("three paths blocks 18.7 % less than one path")


@pytest.mark.parametrize("labels", [("", ""), ("same", "same")])
def test_it_calls_them_a_and_b_where_labels_do_not_tell_them_apart(labels):
    found = compared(points=labelled(*labels))
    assert found.result.headlines[0].startswith("B blocks 18.7 % less than A")


def test_it_says_that_they_are_equal_to_the_digit():
    found = compared(A, A)
    assert found.result.headlines == [
        "A and B are equal to the digit in blocking probability, 20 pairs"
    ]


def test_it_is_unpaired_where_runs_failed():
    measured = [ran(number, float(value)) for number, value in enumerate(A)]
    measured += [
        ran(number, status="failed", point=1)
        if number in (3, 7, 12)
        else ran(number, float(value), point=1)
        for number, value in enumerate(B)
    ]
    found = evaluated(measured, plan("compare"))
    (comparison,) = summary_of(found).comparisons
    assert not comparison.paired
    assert (comparison.n_pairs, comparison.n_a, comparison.n_b) == (17, 20, 17)
    assert "unpaired: 3 of 20 pairs are incomplete (20 and 17 runs)" in found.result.headlines[0]
    assert found.result.warnings == [
        "37 of 40 ended iterations completed; "
        "not number 3 of B (failed), 7 of B (failed), 12 of B (failed)"
    ]


def test_it_leaves_out_pairs_that_are_under_way():
    measured = [ran(number, float(value)) for number, value in enumerate(A)]
    measured += [
        ran(number, float(value), point=1)
        if number < 12
        else ran(number, status="running", point=1)
        for number, value in enumerate(B)
    ]
    found = evaluated(measured, plan("compare"))
    (comparison,) = summary_of(found).comparisons
    assert (comparison.paired, comparison.n_pairs, comparison.n_a) == (True, 12, 12)
    assert found.result.partial
    assert summary_of(found).cells[0].summary.n == 20


def test_it_compares_nothing_before_a_pair_has_ended():
    found = evaluated([ran(0, 0.1), ran(0, status="running", point=1)], plan("compare"))
    assert summary_of(found).comparisons == []
    assert found.result.headlines == []


def test_it_corrects_over_all_metrics_and_loads():
    found = of_loads([0.0, 0.004, 1.0])
    comparisons = summary_of(found).comparisons
    assert [each.x for each in comparisons] == [100.0, 200.0, 300.0]
    assert [each.p_adjusted for each in comparisons] == adjust_by_holm(
        [each.p for each in comparisons]
    )
    assert comparisons[0].p_adjusted is None
    assert comparisons[2].p_adjusted == 2 * comparisons[2].p


def of_two_metrics(**fields):
    random = np.random.default_rng(53)
    measured = []
    for number in range(20):
        for point, blocking in enumerate((A[number], B[number])):
            hops = 2 + point * 0.004 + float(random.normal(0, 0.01))
            metrics = {"blocking_prob": [[None, float(blocking)]], "mean_hops": [[None, hops]]}
            measured.append(ran(number, point=point, metrics=metrics))
    return evaluated(measured, plan("compare", declared=[BLOCKING, HOPS], **fields))


def p_values(found, name):
    (comparison,) = summary_of(found, name).comparisons
    return comparison.p, comparison.p_adjusted


def test_it_corrects_what_was_asked_for_among_itself():
    asked = of_two_metrics(metrics=["blocking_prob"])
    p, adjusted = p_values(asked, "blocking_prob")
    assert adjusted == p
    everything = of_two_metrics()
    p, adjusted = p_values(everything, "blocking_prob")
    assert adjusted == 2 * p


def test_it_still_corrects_what_was_found_beside_it_over_everything():
    found = of_two_metrics(metrics=["mean_hops"])
    p, adjusted = p_values(found, "blocking_prob")
    assert adjusted == 2 * p
    p, adjusted = p_values(found, "mean_hops")
    assert adjusted == p


def test_it_says_that_so_many_comparisons_cannot_show_anything():
    # 2 / 2⁸ = 0.0078, four times that is below 0.05; 2 / 2⁷ = 0.0156 is not
    assert of_loads([1.0] * 4, n=8).result.warnings == []
    (warning,) = of_loads([1.0] * 4, n=7).result.warnings
    assert warning.startswith("4 comparisons of so few runs cannot give p < 0.05 after Holm")
    assert warning.endswith("ask for the metrics that matter, or for more iterations")


def test_it_sums_up_several_loads_in_a_sentence():
    (headline,) = of_loads([0.0, -1.0, -2.0, 3.0]).result.headlines
    assert (
        headline == "B blocks less than A at 2 and more at 1 of 4 loads; no clear difference at 1"
    )
    (hops,) = of_loads([1.0, 1.0], declared=[{**BLOCKING, "label": "hops"}]).result.headlines
    assert hops == "hops is higher in B than in A at 2 of 2 loads"


def test_it_sums_up_loads_without_a_difference():
    (equal,) = of_loads([0.0, 0.0]).result.headlines
    assert equal == "A and B are equal to the digit in blocking probability at all 2 loads"
    (none,) = of_loads([1e-9, 1e-9]).result.headlines
    assert none == (
        "No difference in blocking probability between A and B could be shown at any of 2 loads"
    )


def test_it_says_that_a_load_has_no_values_on_one_side():
    two, one = [[100.0, 0.1], [200.0, 0.2]], [[100.0, 0.1]]
    measured = [ran(n, two) for n in range(6)] + [ran(n, one, point=1) for n in range(6)]
    found = evaluated(measured, plan("compare", total=12))
    assert summary_of(found).comparisons[1].sentence == (
        "A and B cannot be compared in blocking probability at 200 Erlang: no value of B"
    )
    assert found.result.problems == []


def test_it_does_not_compare_what_nobody_measured():
    found = compared(metrics=["latency"])
    assert summary_of(found, "latency").comparisons == []
