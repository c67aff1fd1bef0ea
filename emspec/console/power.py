"""The power of a design, as text."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from emspec.console.progress import duration
from emspec.power.advice import advice, percent, pp, work
from emspec.power.cost import Cost
from emspec.power.report import Least, Power, PowerReport, Share, points


def print_power(console: Console, report: PowerReport) -> None:
    """Print what each hypothesis' test would find, and what would let it find more."""
    for line in noise_lines(report):
        console.print(line, soft_wrap=True, markup=False)
    for name, test, claim in report.hypotheses:
        console.print(f"\n[bold]{name}[/] {escape(test)}: {escape(claim)}".removesuffix(": "), soft_wrap=True)
        for line in hypothesis_lines(report.of(name)[0], report.noise.rate):
            console.print(f"   {line}", soft_wrap=True, markup=False)
    if len(report.variants) > 1:
        console.print()
        console.print(_variants(report))
        console.print(
            "power at the effect asked for; below it the effect seen in 80 %; work is in tokens", soft_wrap=True
        )
    console.print()
    for line in advice(report):
        console.print(line, soft_wrap=True, markup=False)


def noise_lines(report: PowerReport) -> Iterator[str]:
    """Yield the noise model and how the figures were made."""
    noise = report.noise
    run = f"runs {noise.run_sd:g} ({points(noise.run_sd, noise.rate):.1f} pp at {100 * noise.rate:g} %)"
    rest = (
        f"questions {noise.question_sd:g}, personas {noise.persona_sd:g}, a persona between runs "
        f"{noise.persona_run_sd:g}, cells {noise.cell_sd:g}"
    )
    yield f"noise: bystanders at {100 * noise.rate:g} %; SDs in radians (arcsine of the square root): {run}, {rest}"
    yield (
        f"{report.draws:,} simulated experiments an effect (by {report.simulator}), each judged by the test itself; "
        f"all pp at {100 * noise.rate:g} %"
    )
    if report.ruled:
        names = ", ".join(report.ruled)
        yield f"verdicts are the tests' own: the registered rules (decide:) of {names} are not applied"
    for family in report.together:
        yield f"in {family} each is judged at alpha over their number, as if it passed alone"


def hypothesis_lines(power: Power, rate: float) -> Iterator[str]:
    """Yield what is known of a hypothesis in the design itself."""
    if power.at is None:
        yield f"{'cannot fire' if power.foregone else 'not simulated'}: {power.why}"
        for lift in power.lifts:
            yield f"it could with {lift}"
        return
    known = [f"{what} {value:.4g}" for what, value in (("least p", power.floor), ("alpha", power.alpha)) if value]
    yield f"can fire: {', '.join(known)}".removesuffix(": ").replace(" 0.", " .")
    yield from _shares(power, f"at {100 * rate:g} %")
    for least in power.least:
        yield _least(least, power.towards if least.verdict == "supported" else -power.towards)


def _shares(power: Power, where: str) -> Iterator[str]:
    """Yield how often the claim is supported at the edge of the null, and at the effect that is asked for."""
    if power.edge:
        edge = f"{pp(power.edge.effect)} {power.what}, {where}"
        yield f"at the edge of the null, {edge}: supported in {_share(power.edge)}"
    if power.at:
        who = power.said or "none is registered: name one with --effect"
        yield f"at {pp(power.at.effect)} ({who}), {where}: supported in {_share(power.at)}"


def _least(least: Least, towards: int) -> str:
    if least.effect is None:
        return f"never {least.verdict} in 80 %: at {pp(least.to.effect)} in {_share(least.to)}"
    side = "from" if towards > 0 else "up to"
    known = [pp(value) for value in sorted(value for value in (least.low, least.high) if value is not None)]
    between = f" (between {' and '.join(known)})" if len(known) == 2 else ""
    return f"{least.verdict} in 80 % {side} {pp(least.effect)}{between}"


def _share(share: Share) -> str:
    low, high = 100 * share.low, 100 * share.high
    return f"{percent(share.share)} ({low:.1f} to {high:.1f} %)"


def _variants(report: PowerReport) -> Table:
    table = Table(box=None, pad_edge=False, title="What buys more power", title_justify="left")
    table.add_column("", no_wrap=True)
    for name in ("runs", "replies", "work", "time"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, _, _ in report.hypotheses:
        table.add_column(name, justify="right")
    for one in report.variants:
        cost = one.cost
        numbers = (
            f"{cost.cells:,}",
            f"{cost.replies:,}",
            f"{work(report, one.name):.2f} x",
            time(cost),
        )
        table.add_row(one.name, *numbers, *(cell(power) for power in report.powers if power.variant == one.name))
    return table


def time(cost: Cost) -> str:
    """Write how long a variant takes: in GPU-hours where it takes a GPU."""
    if cost.seconds is None:
        return "not known"
    return f"{cost.gpu_hours:.1f} GPU-h" if cost.gpu_hours else duration(cost.seconds)


def cell(power: Power) -> str:
    """Return a hypothesis' figures in one variant: its power, and below it the effect with 80 %."""
    if power.at is None:
        return "cannot fire" if power.foregone else "-"
    least = power.least[0]
    sign = "" if power.towards > 0 else "≤"
    return f"{percent(power.at.share)}\n{sign + pp(least.effect) if least.effect is not None else 'none'}"
