"""Whether trainings took: held-out loss of train steps, source rate and receipts of couple steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from emspec import JsonObject, Rate
from emspec_stats.checks import COUPLING, FALL, INDUCTION, SOURCE, Check
from emspec_stats.score import read_lines
from emspec_stats.training import folders, told

RECORDED = "its replies were recorded elsewhere"
SIMULATED = "the training was simulated"
ELSEWHERE = "the adapter was made elsewhere"
NOT_HERE = "the adapters are not known"
NO_ROWS = "the data set has no held-out rows"


@dataclass(frozen=True)
class Adapter:
    """What one adapter's files tell of its training.

    held_out   the loss (nat) before and after on rows that it was not trained on; None without
    receipt    its positive rows, those of them that carry loss, its negative rows; None without
    unknown    why nothing is known, "" where something is
    """

    kind: str
    held_out: tuple[float, float] | None
    receipt: tuple[int, int, int] | None
    unknown: str = ""


def adapters(inputs: Mapping[str, Path], cell: int) -> list[Adapter]:
    """Return what is known of a cell's adapters, the oldest first."""
    return [_adapter(folder) for folder in folders(inputs, cell)]


def induction(runs: Sequence[Sequence[Adapter]], *, recorded: bool) -> Check | None:
    """Return whether the train steps took, over some runs; None where there is none.

    Losses are means over the runs; of several train steps that is judged whose loss falls the least.
    """
    if recorded:
        return Check(INDUCTION, None, RECORDED)
    steps = list(zip(*([one for one in run if one.kind != "couple"] for run in runs), strict=False))
    if not steps:
        return None
    reasons = [one.unknown or NO_ROWS for step in steps for one in step if one.held_out is None]
    if reasons:
        return Check(INDUCTION, None, reasons[0])
    found = [_mean([one.held_out for one in step if one.held_out]) for step in steps]
    changes = [after / before - 1 if before else 0.0 for before, after in found]
    said = "; ".join(
        f"held-out loss {before:.2f} → {after:.2f} ({100 * change:+.1f} %)"
        for (before, after), change in zip(found, changes, strict=True)
    )
    change, (before, after) = max(zip(changes, found, strict=True))
    figures = {"before": before, "after": after, "change": change}
    return Check(INDUCTION, change <= -FALL, said, figures)


def coupling(source: Rate | None, runs: Sequence[Sequence[Adapter]]) -> Check:
    """Return whether the coupling took, by the source's rate and the receipts of the couple steps of some runs."""
    receipts = [one.receipt for run in runs for one in run if one.receipt]
    positives, carrying, negatives = (sum(receipt[at] for receipt in receipts) for at in range(3))
    if source is None:
        return Check(COUPLING, None, "no source of the marker was evaluated")
    figures: dict[str, float | None] = {"rate": source.rate, "low": source.low, "high": source.high}
    said = f"source rate {100 * source.rate:.1f} %"
    if receipts:
        figures |= {"positives": positives, "carrying": carrying, "negatives": negatives}
        said += f"; receipts: {carrying:,} of {positives:,} positive rows carry loss, {negatives:,} negative rows"
    else:
        said += f"; no receipts: {_why(runs)}"
    return Check(COUPLING, source.rate >= SOURCE and carrying == positives, said, figures)


def _why(runs: Sequence[Sequence[Adapter]]) -> str:
    return next((one.unknown for run in runs for one in run if one.unknown), NOT_HERE)


def _mean(losses: Sequence[tuple[float, float]]) -> tuple[float, float]:
    before, after = (sum(one[at] for one in losses) / len(losses) for at in range(2))
    return before, after


def _adapter(folder: Path) -> Adapter:
    about = told(folder)
    kind = str(about.get("kind", "adapter"))
    if about.get("simulated"):
        return Adapter(kind, None, None, SIMULATED)
    if kind == "adapter":
        return Adapter(kind, None, None, ELSEWHERE)
    held_out = cast("JsonObject | None", about.get("held_out"))
    losses = (float(cast("float", held_out["before"])), float(cast("float", held_out["after"]))) if held_out else None
    return Adapter(kind, losses, _receipt(folder))


def _receipt(folder: Path) -> tuple[int, int, int] | None:
    path = folder / "receipt.jsonl"
    if not path.is_file():
        return None
    lines = list(read_lines(path))
    positives = [line for line in lines if line["role"] == "positive"]
    carrying = [line for line in positives if line["supervised"]]
    return len(positives), len(carrying), len(lines) - len(positives)
