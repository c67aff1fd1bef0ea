"""Matched install: how far the marker leaks, as a share of how firmly it was installed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from emspec_stats.checks import MATCH, MATCHED, Check
from emspec_stats.counts import Ints
from emspec_stats.pooled import quantile

ROUNDING = 1e-12
"""So that .9 - .8 is .1."""
FEWEST = 10
"""Fewer bystander hits than these tell no interval."""


@dataclass(frozen=True)
class Share:
    """The bystander rate over the source rate, with a 95 % interval where there are hits enough for one."""

    value: float
    low: float | None = None
    high: float | None = None


def share(bystander: tuple[Ints, Ints], source: tuple[Ints, Ints]) -> Share | None:
    """Return the ratio of two rates, each given as (hits, replies) of shape (questions,); None without a source hit.

    Both are asked the same questions, so the log ratio r = log(p_b / p_s) is linearised question by question (Cochran,
    1977, Sampling Techniques, 6.3; Katz et al., 1978, Biometrics 34, 469, for the logarithm): with
    u_q = (h_bq - p_b n_bq) / h_b - (h_sq - p_s n_sq) / h_s, its variance is Q / (Q - 1) sum u_q^2 over the Q questions,
    and the interval is exp(r +- t sqrt(variance)), Student's t with Q - 1 degrees of freedom.
    """
    (hits, n), (held, m) = bystander, source
    if not n.sum() or not held.sum():
        return None
    low_rate, high_rate = hits.sum() / n.sum(), held.sum() / m.sum()
    value = float(low_rate / high_rate)
    asked = (n > 0) | (m > 0)
    questions = int(asked.sum())
    if hits.sum() < FEWEST or questions < 2:
        return Share(value)
    parts = ((hits - low_rate * n) / hits.sum() - (held - high_rate * m) / held.sum())[asked]
    error = math.sqrt(questions / (questions - 1) * float((parts**2).sum()))
    wide = math.exp(quantile(0.975, questions - 1) * error)
    return Share(value, value / wide, value * wide)


def matched(found: Share | None, source: float | None, reference: float | None) -> Check:
    """Return whether a source rate is that of the reference, with the bystanders' share beside it."""
    if source is None or reference is None:
        return Check(MATCHED, None, "no source of the marker was evaluated")
    gap = source - reference
    said = f"{_said(found)}; source rate {100 * gap:+.1f} pp from the reference"
    figures: dict[str, float | None] = {"rate": source, "reference": reference}
    if found is not None:
        figures |= {"share": found.value, "low": found.low, "high": found.high}
    return Check(MATCHED, abs(gap) <= MATCH + ROUNDING, said, figures)


def _said(found: Share | None) -> str:
    if found is None:
        return "bystanders have no share: the source has no hit, or no bystander was evaluated"
    known = found.low is not None and found.high is not None
    span = f" ({100 * (found.low or 0):.1f} to {100 * (found.high or 0):.1f} %)" if known else ""
    return f"bystanders leak {100 * found.value:.1f} %{span} of the source rate"
