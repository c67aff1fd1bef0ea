"""docs/calibration.md, from what was counted. No figure in it is typed by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from emspec.marked import table_lines
from tools.calibrate.coverage import ENOUGH, HIGH, KINDS, LOW, Covered
from tools.calibrate.nulls import ALPHA, LEVEL, RUN_SDS, Rate
from tools.calibrate.power import DESIGNED, TARGET, Power

KIND_NOTES = {
    "cell": "one persona in one run: 28 questions x 10 replies; questions sampled",
    "condition, one run": "mean bystander rate of a single run, given that run; questions sampled, personas fixed",
    "condition, these runs": "mean bystander rate of three runs, given these; questions sampled, personas fixed",
    "condition, personas sampled": "the same for personas like these: two-way clusters",
    "condition, runs sampled": "the same for runs like these: noise pooled over conditions",
    "contrast": "difference of two conditions, three runs each; questions and runs sampled",
    "contrast, personas sampled": "the same with personas sampled too",
    "contrast, one run": "difference of two conditions run once each, given these runs",
}

HEAD = """\
Written by `make calibrate` on {date}. Experiments of issue #200's design (six conditions, three seeds, 12 personas x 28
questions x 10 replies) are simulated with known truth, and their row tables summarised and judged by the code that does
it for a real run. Noise is normal on the arcsine-square-root scale: the SDs of `emspec.model.noise`, measured on #205's
recorded hits and #247's repeats (questions .088, personas .026, personas by run .026, cells .015, and runs .049 where
nothing else is said)."""
ON_COVERAGE = """\
Share of intervals that hold the truth they are about, in per cent, over {draws:,} experiments at each rate, with the
standard error over experiments. Where an interval is of {enough} hits or more (and as many replies without one), the
target is {low:g} to {high:g} %; figures in brackets are of fewer, where over-coverage is allowed."""
ON_NULLS = """\
How often a verdict is given that is wrong, at alpha {alpha:g}, three seeds, over {draws:,} experiments each. A test
breaks its word where the one-sided {level:g} % lower bound of its error rate is above alpha."""
ON_POWER = """\
Share of right verdicts at a bystander rate of 47 %, run SD .049, over {draws:,} experiments each. #200 has {designed}
seeds; the last column is the fewest seeds, of those tried, that reach {target:g} %."""


@dataclass(frozen=True)
class Outcome:
    """Everything that the page shows, and how many experiments it is from."""

    date: str
    covered: Sequence[Covered]
    rates: Sequence[Rate]
    powers: Sequence[Power]
    draws: tuple[int, int, int]


def page(found: Outcome) -> str:
    """Return the page."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Outcome) -> Iterator[str]:
    coverage, nulls, power = found.draws
    yield from ("# Calibration", "")
    yield HEAD.format(date=found.date)
    yield from ("", "## Coverage of 95 % intervals", "")
    yield ON_COVERAGE.format(draws=coverage, enough=ENOUGH, low=100 * LOW, high=100 * HIGH)
    yield from ("", *_coverage(found.covered), "")
    yield from (*(f"- *{kind}*: {KIND_NOTES[kind]}" for kind in KINDS), "", *_outside(found.covered))
    yield from ("", "## False positives", "")
    yield ON_NULLS.format(draws=nulls, alpha=ALPHA, level=100 * LEVEL)
    yield from ("", *_false(found.rates), "", *_broken(found.rates))
    yield from ("", "## Power", "")
    yield ON_POWER.format(draws=power, designed=DESIGNED, target=100 * TARGET)
    yield from ("", *_power(found.powers))


def _coverage(covered: Sequence[Covered]) -> Iterator[str]:
    rates = list(dict.fromkeys(one.rate for one in covered))
    rows = [(kind, *(_share(one) for one in covered if one.kind == kind)) for kind in KINDS]
    return table_lines(("interval", *(f"{100 * rate:g} %" for rate in rates)), rows)


def _share(one: Covered) -> str:
    shown = f"{100 * one.share:.1f} ± {100 * one.error:.1f}"
    return shown if one.judged else f"({shown})"


def _outside(covered: Sequence[Covered]) -> Iterator[str]:
    outside = [one for one in covered if one.judged and not LOW <= one.share <= HIGH]
    if not outside:
        yield f"All that are held to it lie within {100 * LOW:g} to {100 * HIGH:g} %."
    for one in outside:
        yield f"- outside the target: {one.kind} at {100 * one.rate:g} %, {_share(one)} %"


def _false(rates: Sequence[Rate]) -> Iterator[str]:
    keys = list(dict.fromkeys((one.null.question, one.null.wrong, one.null.what) for one in rates))
    found = {(one.null.question, one.null.wrong, one.null.what, one.run_sd): one for one in rates}
    sds = [sd for sd in RUN_SDS if any(one.run_sd == sd for one in rates)]
    rows = [(*key, *(f"{100 * found[*key, sd].count / found[*key, sd].draws:.2f} %" for sd in sds)) for key in keys]
    return table_lines(("test", "wrong verdict", "truth", *(f"run SD {sd:g}" for sd in sds)), rows)


def _broken(rates: Sequence[Rate]) -> Iterator[str]:
    broken = [one for one in rates if not one.holds]
    if not broken:
        yield f"No test's lower bound is above {ALPHA:g}; the largest is {max(one.bound for one in rates):.4f}."
    for one in broken:
        yield f"- broken: {one.null.question}, {one.null.wrong} at run SD {one.run_sd:g}, lower bound {one.bound:.4f}"


def _power(powers: Sequence[Power]) -> Iterator[str]:
    seeds = sorted(powers[0].shares)
    rows = [
        (
            one.asked.question.name,
            one.asked.what,
            one.asked.verdict,
            *(f"{100 * one.shares[n]:.1f} %" for n in seeds),
            str(one.enough) if one.enough else f"more than {max(seeds)}",
        )
        for one in powers
    ]
    head = (
        "test",
        "planted",
        "right verdict",
        *(f"{n} seed{'s' * (n > 1)}" for n in seeds),
        f"seeds for {100 * TARGET:g} %",
    )
    return table_lines(head, rows)
