"""What a hypothesis compares, as samples of runs: mean rates of personas, or combinations of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from emspec import StageError
from emspec_stats.arms import Arm
from emspec_stats.counts import Counts, Floats
from emspec_stats.crossed import Sample
from emspec_stats.setting import Setting


def means(setting: Setting, arms: Sequence[Arm], personas: Sequence[str]) -> Sample:
    """Return the mean rates of personas: noise of a run moves them together, so their slopes are averaged."""
    found = mean_rates(setting.counts, [arm.name for arm in arms], personas, setting.questions)
    return replace(found, sampled=setting.sampled, declared=setting.declared)


def mean_rates(
    counts: Counts, conditions: Sequence[str], personas: Sequence[str], questions: NDArray[np.bool_]
) -> Sample:
    """Return the mean rates of personas at some questions, in the runs of conditions."""
    rates = grid(counts, conditions, personas, questions)
    values = tuple(rates[counts.of(name)] for name in conditions)
    return Sample(values, slopes(counts, conditions, personas).mean(axis=1))


def combined(setting: Setting, arms: Sequence[Arm], personas: Sequence[str], weights: Floats) -> Sample:
    """Return a combination of personas' rates, weights of shape (arms, personas) that sum to 0 in each arm.

    Such differences lose what moves a run's personas together: what is left is taken to be independent between
    personas, so an arm's scale is the root of sum (weight x slope)^2. A declared run-to-run SD says nothing of it.
    """
    conditions = [arm.name for arm in arms]
    rates = grid(setting.counts, conditions, personas, setting.questions)
    values = tuple(
        np.tensordot(rates[setting.counts.of(arm.name)], weight, axes=([1], [0]))[:, None, :]
        for arm, weight in zip(arms, weights, strict=True)
    )
    scales = np.sqrt(((weights * slopes(setting.counts, conditions, personas)) ** 2).sum(axis=1))
    return Sample(values, scales)


def standing(personas: Sequence[str], persona: str) -> Floats:
    """Return the weights of a persona's rate less the mean of the others, shape (personas,)."""
    own = np.array([name == persona for name in personas])
    return np.where(own, 1.0, -1.0 / (len(personas) - 1))


def grid(counts: Counts, conditions: Sequence[str], personas: Sequence[str], questions: NDArray[np.bool_]) -> Floats:
    """Return the hit rates of every run, shape (all runs, personas, chosen questions), NaN where nothing was asked.

    A persona without a reply in some run of the conditions is an error: it must not pass as a rate of 0, nor drop out
    of a mean.
    """
    at = counts.columns(personas)
    chosen = np.ix_(np.arange(len(counts.runs)), at, np.flatnonzero(questions))
    n, hits = counts.n[chosen], counts.hits[chosen]
    used = np.concatenate([counts.of(name) for name in conditions])
    for run, persona in np.argwhere((n == 0).any(axis=2)):
        if run in used:
            where = f"{counts.runs[run].condition} seed {counts.runs[run].label}"
            raise StageError(f"{personas[persona]} lacks replies in {where}", "evaluate one panel in all conditions")
    rates: Floats = np.divide(hits, n, out=np.full(n.shape, np.nan), where=n > 0)
    return rates


def slopes(counts: Counts, conditions: Sequence[str], personas: Sequence[str]) -> Floats:
    """Return how a rate moves with its angle asin sqrt(rate), shape (conditions, personas): 2 sqrt(rate (1 - rate)).

    Rates are taken as (hits + 3/8) / (n + 3/4), so that none is 0 or 1 (Anscombe, 1948).
    """
    at = counts.columns(personas)
    runs = [counts.of(name) for name in conditions]
    hits = np.array([counts.hits[np.ix_(of, at)].sum(axis=(0, 2)) for of in runs])
    n = np.array([counts.n[np.ix_(of, at)].sum(axis=(0, 2)) for of in runs])
    rates = (hits + 3 / 8) / (n + 3 / 4)
    slope: Floats = 2 * np.sqrt(rates * (1 - rates))
    return slope
