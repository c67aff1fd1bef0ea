"""Whether the analysis was fixed before the first result, in words: the same on the terminal and in the report."""

from __future__ import annotations

from collections.abc import Iterator

from emspec.plan.lock import Lock, Standing
from emspec.report.values import change_text

MOST = 6
"""Changes that are named; the lock file has the whole design."""
DIGITS = 8


def sentence(standing: Standing) -> str:
    """Return what a reader has to know of how the analysis was fixed, without any time: equal runs say the same."""
    return " ".join(_sentences(standing))


def _sentences(standing: Standing) -> Iterator[str]:
    lock = standing.lock
    if lock is None:
        yield "The analysis was not locked before the run."
        return
    if standing.state == "before":
        yield "The analysis was fixed before the first result: " + _there(lock)
    elif standing.state == "after":
        yield "The analysis was not fixed before the first result: " + _there(lock)
    else:
        yield f"The analysis is not the one that was locked (plan {lock.plan[:DIGITS]}): {_changed(standing)}."
    if lock.runs:
        yield f"When it was locked, {len(lock.runs)} run(s) of the spec under this profile had results already."
    again = [one.because for one in (*standing.earlier, lock) if one.because]
    if again:
        yield f"It was locked again {len(again)} time(s): {'; '.join(again)}."


def _there(lock: Lock) -> str:
    if not lock.evaluated:
        return f"when plan {lock.plan[:DIGITS]} was locked, none of its {lock.evaluations} evaluations was there."
    return (
        f"when plan {lock.plan[:DIGITS]} was locked, {lock.evaluated} of its {lock.evaluations} evaluations "
        "were there already."
    )


def _changed(standing: Standing) -> str:
    named = [change_text(change) for change in standing.changed[:MOST]]
    rest = len(standing.changed) - MOST
    if not named:
        return "what the lock holds of the design is the same; a backend, a test or emspec may have another version"
    return "; ".join([*named, f"and {rest} more changes"] if rest > 0 else named)
