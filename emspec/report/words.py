"""How a report writes numbers. The one place: every format shows the same figure in the same words."""

from __future__ import annotations

from emspec.model.finding import Finding, Part, Rate

NONE = "–"
UNRECORDED = "not recorded"
LETTERS = {"source": "S", "negative": "N", "induction": "I", "counts as induction": "(I)"}
LEGEND = "S source, N trained negative, I induction persona, (I) persona that the condition counts as"
INTERVALS = (
    "The 95 % intervals are for questions like these, given these personas and these runs: how far runs differ from "
    "one another is not in them."
)


CELLS = (
    "The interval is for questions like these, given this persona and this run; `emspec rows` shows the replies, in "
    "the project of the run."
)


def percent(rate: float | None) -> str:
    """Write a fraction in per cent: 45.7 %."""
    return NONE if rate is None else f"{100 * rate:.1f} %"


def interval(rate: Rate | None) -> str:
    """Write a rate's interval in per cent: 41.2 to 50.1 %."""
    return NONE if rate is None else f"{100 * rate.low:.1f} to {100 * rate.high:.1f} %"


def share(rate: Rate | None) -> str:
    """Write what a rate is of: 1,394 / 3,080."""
    return NONE if rate is None else f"{rate.hits:,} / {rate.n:,}"


def effect(finding: Finding) -> str:
    """Write a finding's effect with its unit: +3.1 pp."""
    return NONE if finding.effect is None else value(finding.effect, finding.unit)


def value(effect: float, unit: str) -> str:
    """Write an effect with its unit, signed: +3.1 pp."""
    return f"{_signed(effect, unit)} {unit}".strip()


def part_span(part: Part, unit: str) -> str:
    """Write the interval of one comparison of a finding with its level: -1.0 to +4.0 pp (90 %)."""
    if part.low is None or part.high is None:
        return NONE
    ends = f"{_signed(part.low, unit)} to {_signed(part.high, unit)} {unit}".strip()
    return f"{ends} ({100 * part.level:.4g} %)"


def span(finding: Finding) -> str:
    """Write the interval of a finding's effect with its level, and what it is given: -1.0 to +4.0 pp (90 %)."""
    if finding.low is None or finding.high is None:
        return NONE
    ends = f"{_signed(finding.low, finding.unit)} to {_signed(finding.high, finding.unit)} {finding.unit}".strip()
    given = f", {finding.given}" if finding.given else ""
    return f"{ends} ({100 * finding.level:.4g} %{given})"


def chance(p: float | None) -> str:
    """Write a p value: .012, or < .0001."""
    if p is None:
        return NONE
    if p < 0.0001:
        return "< .0001"
    if p > 0.9995:
        return "> .999"
    return (f"{p:.4f}" if p < 0.01 else f"{p:.3f}").removeprefix("0")


def letters(roles: tuple[str, ...]) -> str:
    """Write roles as letters, nothing for unseen."""
    return " ".join(LETTERS[role] for role in roles if role in LETTERS)


def _signed(value: float, unit: str) -> str:
    return f"{value:+.1f}" if unit == "pp" else f"{value:+.3g}"
