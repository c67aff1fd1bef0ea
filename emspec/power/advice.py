"""What to do about the power of each hypothesis: the cheapest variant that brings enough."""

from __future__ import annotations

from emspec.power.report import Power, PowerReport
from emspec.power.variants import ONE_SEED


def advice(report: PowerReport) -> tuple[str, ...]:
    """Return a sentence for each hypothesis."""
    sentences = (f"{name}: {_one(report, report.of(name))}." for name, _, _ in report.hypotheses)
    return (*sentences, *_seeds(report))


def _seeds(report: PowerReport) -> tuple[str, ...]:
    """Say what the design's seeds buy over one of them, where it has more."""
    if all(one.name != ONE_SEED for one in report.variants):
        return ()
    pairs = ((name, report.of(name)) for name, _, _ in report.hypotheses)
    bought = [f"{name} from {_found(_variant(powers, ONE_SEED))} to {_found(powers[0])}" for name, powers in pairs]
    return (f"What the seeds of the design buy over one: {', '.join(bought)}.",)


def _variant(powers: tuple[Power, ...], name: str) -> Power:
    return next(power for power in powers if power.variant == name)


def _found(power: Power) -> str:
    return percent(power.at.share) if power.at else "none" if power.foregone else "not known"


def work(report: PowerReport, variant: str) -> float:
    """Return a variant's work as a multiple of the design's."""
    costs = {one.name: one.cost.work for one in report.variants}
    designed = report.variants[0].cost.work
    return costs[variant] / designed if designed else 1.0


def _one(report: PowerReport, powers: tuple[Power, ...]) -> str:
    designed, *others = powers
    by_work = sorted(others, key=lambda power: work(report, power.variant))
    enough = next((power for power in by_work if power.enough), None)
    if designed.at is None:
        return _barred(report, designed, enough, by_work)
    at = f"{percent(designed.at.share)} at {pp(designed.at.effect)}"
    if designed.enough:
        less = enough and work(report, enough.variant) < 1
        return f"the design has the power ({at})" + (f"; so has {_told(report, enough)}" if enough and less else "")
    if enough:
        return f"the design has {at}; {_told(report, enough)} is the least that reaches 80 %"
    return f"the design has {at}, and {_best(report, powers) if others else _sees(designed) or 'no variant was tried'}"


def _barred(report: PowerReport, designed: Power, enough: Power | None, by_work: list[Power]) -> str:
    start = f"no data can decide it as designed ({designed.why})" if designed.foregone else designed.why
    if enough:
        return f"{start}; {_told(report, enough)} is the least that reaches 80 %"
    deciding = [power for power in by_work if power.at]
    if deciding:
        return f"{start}; {_best(report, tuple(deciding))}"
    lifts = f"; what it takes: {', or '.join(designed.lifts)}" if designed.lifts else ""
    return f"{start}; more seeds, questions or completions change nothing{lifts}" if by_work else start + lifts


def _best(report: PowerReport, powers: tuple[Power, ...]) -> str:
    """Say which variant has most power, and what it sees."""
    best = max((power for power in powers if power.at), key=lambda power: power.at.share if power.at else 0)
    sees = _sees(best)
    return f"no variant here reaches 80 %: the best is {_told(report, best)}{', and ' if sees else ''}{sees}"


def _sees(power: Power) -> str:
    """Say what is seen in 80 %, where something is and larger effects are the claim."""
    least = power.least[0] if power.least else None
    return f"sees effects from {pp(least.effect)} in 80 %" if least and least.effect and power.towards > 0 else ""


def _told(report: PowerReport, power: Power) -> str:
    if power.at is None:
        return power.variant
    share = f"{percent(power.at.share)} at {pp(power.at.effect)}"
    between = f"{100 * power.at.low:.0f} to {100 * power.at.high:.0f} %"
    return f"{power.variant} ({share}, {between}; {work(report, power.variant):.3g} x the work)"


def percent(share: float) -> str:
    """Write a share: 62 %, or 4.5 % where it is small."""
    return f"{100 * share:.1f} %" if share < 0.1 else f"{100 * share:.0f} %"


def pp(effect: float | None) -> str:
    """Write an effect: 6.3 pp, which is as near as it is known; nothing for None."""
    return "" if effect is None else f"{round(100 * effect, 1):g} pp"
