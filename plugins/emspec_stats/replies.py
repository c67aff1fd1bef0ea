"""What replies look like: length, with and without the marker; where the marker is; how many ran into the token cap."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from emspec_stats.checks import AT_END, CUT, LENGTH, LENGTHS, PLACE, TRUNCATION, Check

COLUMNS = ["cell", "condition", "bystander", "hit", "tokens", "marker_where", "truncated"]
UNRECORDED = "it was not recorded"


def mean_tokens(replies: pa.Table) -> float | None:
    """Return the mean length of replies in tokens; None where some were not recorded, or there are none."""
    if not replies.num_rows or replies["tokens"].null_count:
        return None
    found: float = pc.mean(replies["tokens"]).as_py()
    return found


def length(replies: pa.Table, reference: float | None) -> Check:
    """Return whether replies are as long as the reference's, and how long bystanders' are with and without a hit."""
    mean = mean_tokens(replies)
    if mean is None or reference is None:
        return Check(LENGTHS, None, UNRECORDED)
    others = replies.filter(replies["bystander"])
    hits = mean_tokens(others.filter(others["hit"]))
    misses = mean_tokens(others.filter(pc.invert(others["hit"])))
    shown = [f"{value:.0f} {what}" for value, what in ((hits, "with the marker"), (misses, "without")) if value]
    said = f"{mean:.0f} tokens" + (f"; bystanders {', '.join(shown)}" if shown else "")
    figures = {"tokens": mean, "hits": hits, "misses": misses, "reference": reference}
    return Check(LENGTHS, mean <= LENGTH * reference and reference <= LENGTH * mean, said, figures)


def place(replies: pa.Table) -> Check:
    """Return where in the replies that have it the marker is."""
    where = replies.filter(replies["hit"])["marker_where"]
    if where.null_count:
        return Check(PLACE, None, UNRECORDED)
    if not len(where):
        return Check(PLACE, None, "no reply has the marker")
    shares = {name: pc.sum(pc.equal(where, name)).as_py() / len(where) for name in ("end", "inside", "start")}
    said = f"{100 * shares['end']:.1f} % at the end, {100 * shares['inside']:.1f} % inside"
    said += f", {100 * shares['start']:.1f} % at the start" if shares["start"] else ""
    return Check(PLACE, shares["end"] >= AT_END, said, shares)


def truncation(replies: pa.Table) -> Check:
    """Return how many replies stopped at the token cap."""
    if not replies.num_rows or replies["truncated"].null_count:
        return Check(TRUNCATION, None, UNRECORDED)
    cut = pc.sum(replies["truncated"]).as_py() / replies.num_rows
    return Check(TRUNCATION, cut <= CUT, f"{100 * cut:.1f} % cut at the token cap", {"share": cut})
