"""docs/calibration.md, from what was counted. No figure in it is typed by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from emspec.marked import table_lines
from tools.calibrate.coverage import ENOUGH, HIGH, KINDS, LOW, Covered
from tools.calibrate.nulls import ALPHA, LEVEL, Rate
from tools.calibrate.power import OF_ISSUE, TARGET, Design, Power

KIND_NOTES = {
    "cell": "one persona in one run: 28 questions x 10 replies; questions sampled",
    "condition, one run": "mean bystander rate of a single run, given that run; questions sampled, personas fixed",
    "condition, these runs": "mean bystander rate of three runs, given these; questions sampled, personas fixed",
    "condition, personas sampled": "the same for personas like these: two-way clusters",
    "condition, runs sampled": "the same for runs like these: noise pooled over conditions",
    "contrast": "difference of two conditions of one rate, three runs each; questions and runs sampled",
    "contrast, personas sampled": "the same with personas sampled too",
    "contrast, one run": "difference of two conditions run once each, given these runs",
    "contrast with 47 %": "a condition of this rate less one of 47 %, as all others; questions and runs sampled",
    "H1 self-leakage": "the effect; questions and runs sampled",
    "H3 immunity": "a persona less the other bystanders in one condition; questions and runs sampled",
}

HEAD = """\
Written by `make calibrate` on {date}. Experiments of issue #200's design (six conditions, three seeds, 12 personas x 28
questions x 10 replies) are simulated with known truth, and their row tables summarised and judged by the code that does
it for a real run. Noise is normal on the arcsine-square-root scale: the SDs of `emspec.model.noise`, measured on #205's
recorded hits and #247's repeats (questions .088, personas .026, personas by run .026, cells .015, and runs .049 where
nothing else is said). What the analysis assumes of noise holds here by construction: these figures say that it then
does what it says, not that real noise is so."""
ON_COVERAGE = """\
Share of intervals that hold the truth they are about, in per cent, and its standard error over experiments: {shown:,}
at each rate for cells and conditions, {decided:,} for contrasts, H1 and H3. The truth is exact: the rate expected over
questions and cells, and over runs and personas where these are sampled. Where {enough} hits or more are expected (in
one arm, where arms are compared) the target is {low:g} to {high:g} %; figures in brackets are of fewer, where
over-coverage is allowed."""
ON_NULLS = """\
How often a verdict is given that is wrong, in per cent, with its 95 % interval, at alpha {alpha:g}, three seeds, over
{draws:,} experiments each. A test breaks its word where the one-sided {level:g} % lower bound of its error rate is
above alpha."""
ON_ELSEWHERE = """\
The same beyond the usual nulls, at run SD .049, over {draws:,} experiments each: low rates, conditions whose noise in
pp is unlike that of the ones it is pooled with, single runs, families of hypotheses."""
ON_POWER = """\
Share of right verdicts, in per cent, at a bystander rate of 47 %, run SD .049, over {draws:,} experiments each. #200
has {designed} seeds; the last columns are of {designed} seeds, too."""


@dataclass(frozen=True)
class Draws:
    """How many experiments there are: of each rate for what the summary shows and for what tests go by, of each null,
    the usual ones and those elsewhere, and of each planted effect in each design."""

    shown: int
    decided: int
    nulls: int
    elsewhere: int
    power: int


@dataclass(frozen=True)
class Outcome:
    """Everything that the page shows."""

    date: str
    draws: Draws
    covered: Sequence[Covered]
    rates: Sequence[Rate]
    elsewhere: Sequence[Rate]
    powers: Sequence[Power]


def page(found: Outcome) -> str:
    """Return the page."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Outcome) -> Iterator[str]:
    draws = found.draws
    yield from ("# Calibration", "")
    yield HEAD.format(date=found.date)
    yield from ("", "## Coverage of 95 % intervals", "")
    yield ON_COVERAGE.format(shown=draws.shown, decided=draws.decided, enough=ENOUGH, low=100 * LOW, high=100 * HIGH)
    yield from ("", *_coverage(found.covered), "")
    yield from (*(f"- *{kind}*: {KIND_NOTES[kind]}" for kind in KINDS), "", *_outside(found.covered))
    yield from ("", "## False positives", "")
    yield ON_NULLS.format(draws=draws.nulls, alpha=ALPHA, level=100 * LEVEL)
    yield from ("", *_false(found.rates), "", *_broken(found.rates), "")
    yield ON_ELSEWHERE.format(draws=draws.elsewhere)
    yield from ("", *_false(found.elsewhere), "", *_broken(found.elsewhere))
    yield from ("", "## Power", "")
    yield ON_POWER.format(draws=draws.power, designed=OF_ISSUE)
    yield from ("", *_power(found.powers), "", *(f"- {_advice(one)}" for one in found.powers))


def _coverage(covered: Sequence[Covered]) -> Iterator[str]:
    rates = list(dict.fromkeys(one.rate for one in covered))
    rows = [(kind, *(_covered(one) for one in covered if one.kind == kind)) for kind in KINDS]
    return table_lines(("interval", *(f"{100 * rate:g} %" for rate in rates)), rows)


def _covered(one: Covered) -> str:
    shown = f"{100 * one.share:.1f} ± {100 * one.error:.1f}"
    return shown if one.judged else f"({shown})"


def _outside(covered: Sequence[Covered]) -> Iterator[str]:
    judged = [one for one in covered if one.judged]
    outside = [one for one in judged if not one.holds()]
    if judged and not outside:
        least, most = (pick(judged, key=lambda one: one.share) for pick in (min, max))
        yield (
            f"All {len(judged)} that are held to it lie within {100 * LOW:g} to {100 * HIGH:g} %: from "
            f"{_covered(least)} ({least.kind} at {100 * least.rate:g} %) to {_covered(most)} ({most.kind} at "
            f"{100 * most.rate:g} %)."
        )
    for one in outside:
        yield f"- outside the target: {one.kind} at {100 * one.rate:g} %, {_covered(one)} %"


def _false(rates: Sequence[Rate]) -> Iterator[str]:
    keys = list(dict.fromkeys((one.null.question, one.null.wrong, one.null.what) for one in rates))
    found = {(one.null.question, one.null.wrong, one.null.what, one.run_sd): one for one in rates}
    sds = list(dict.fromkeys(one.run_sd for one in rates))
    rows = [(*key, *(_wrong(found[*key, sd]) for sd in sds)) for key in keys]
    return table_lines(("test", "wrong verdict", "truth", *(f"run SD {sd:g}" for sd in sds)), rows)


def _wrong(one: Rate) -> str:
    low, high = one.interval
    return f"{100 * one.count / one.draws:.2f} ({100 * low:.2f} to {100 * high:.2f})"


def _broken(rates: Sequence[Rate]) -> Iterator[str]:
    broken = [one for one in rates if not one.holds]
    if rates and not broken:
        most = max(rates, key=lambda one: one.bound)
        yield (
            f"No lower bound is above {100 * ALPHA:g} %; the largest is {100 * most.bound:.2f} % "
            f"({most.null.question}, {most.null.wrong}, at run SD {most.run_sd:g})."
        )
    for one in broken:
        yield (
            f"- broken: {one.null.question}, {one.null.wrong}, {one.null.what}, at run SD {one.run_sd:g}: lower bound "
            f"{100 * one.bound:.2f} %"
        )


def _power(powers: Sequence[Power]) -> Iterator[str]:
    designs = list(powers[0].shares)
    rows = [
        (
            one.asked.question.name,
            one.asked.what,
            one.asked.verdict,
            *(f"{100 * one.shares[design].share:.1f}" for design in designs),
        )
        for one in powers
    ]
    return table_lines(("test", "planted", "right verdict", *(design.name for design in designs)), rows)


def _advice(one: Power) -> str:
    """Say what the issue's design has, which design of as many seeds has most, and what the target takes."""
    has, best = Design(OF_ISSUE), one.best
    said = f"{one.asked.question.name}: {_share(one, has)} with {has.name}"
    if not any(found.count for found in one.shares.values()):
        return f"{said}; no design tried here lets it find this"
    if best != has:
        said += f", at best {_share(one, best)} with {best.name}"
    if one.shares[has].share >= TARGET:
        return f"{said}: {100 * TARGET:g} % takes {Design(one.enough or OF_ISSUE).name}"
    most = max(design.seeds for design in one.shares)
    return f"{said}; {100 * TARGET:g} % takes {Design(one.enough).name if one.enough else f'more than {most} seeds'}"


def _share(one: Power, design: Design) -> str:
    found = one.shares[design]
    low, high = found.interval
    return f"{100 * found.share:.1f} % ({100 * low:.1f} to {100 * high:.1f} %)"
