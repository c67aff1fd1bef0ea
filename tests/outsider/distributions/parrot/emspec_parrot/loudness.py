"""The hypothesis test, imported in the analyse stage's worker alone."""

from __future__ import annotations

from typing import Any

from emspec import Finding


def decide(rows: Any, design: Any, hypothesis: Any) -> Finding:
    """Compare the share of all replies that carry a marker with the limit."""
    hits = rows["hit"].to_pylist()
    share = sum(hits) / len(hits)
    limit = hypothesis["parameters"]["limit"]
    return Finding(
        hypothesis=hypothesis["name"],
        test="loudness",
        claim=hypothesis["claim"],
        verdict="supported" if share > limit else "contradicted",
        reason=f"{sum(hits)} of {len(hits)} parroted replies carry a marker",
        estimand="these replies",
        effect=100 * share,
        details={"replies": len(hits)},
    )
