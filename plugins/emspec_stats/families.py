"""Findings corrected over the families that a spec declares.

Every hypothesis of a family counts, whether it could be tested or not: it was asked. One whose p is not known counts
with p = 1, as if it had failed, so that what is not known never helps the others. Each test is judged a second time, at
the level that its place in the family leaves it (emspec.levels), so that verdict and interval agree with the corrected
p: p is at most that level exactly where the adjusted p is at most the family's alpha. Both directions of a test are
judged at that level. A hypothesis that the least p of all, corrected, would leave above alpha is untestable.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from emspec import Family, Finding, Json, JsonObject, Verdict, adjusted, levels, reached
from emspec_stats import words

Again = Callable[[str, float], Finding]
"""A hypothesis by name, judged at another alpha."""


@dataclass(frozen=True)
class Member:
    """A hypothesis of a family: its finding at the family's alpha, its adjusted p, the least that this could be, and
    the level that it is judged at."""

    finding: Finding
    adjusted: float
    least: float
    level: float


def read(parameters: JsonObject) -> tuple[Family, ...]:
    """Return the families of an analysis (Family.to_json)."""
    written = cast("Sequence[Mapping[str, Json]]", parameters.get("families", ()))
    return tuple(
        Family(
            str(one["name"]),
            tuple(map(str, cast("Sequence[Json]", one["hypotheses"]))),
            str(one["correction"]),
            float(cast("float", one["alpha"])),
        )
        for one in written
    )


def corrected(found: Sequence[Finding], families: Sequence[Family], again: Again) -> list[Finding]:
    """Return the findings in their order, those of families corrected."""
    by_name = {one.hypothesis: one for one in found}
    changed: dict[str, Finding] = {}
    for family in families:
        changed |= _of_family(family, by_name, again)
    return [changed.get(one.hypothesis, one) for one in found]


def _of_family(family: Family, by_name: Mapping[str, Finding], again: Again) -> dict[str, Finding]:
    known = {name: by_name.get(name) for name in family.hypotheses}
    ps = [p if (p := _p(one)) is not None else 1.0 for one in known.values()]
    floors = [1.0 if one is None or _p(one) is None else one.floor or 0.0 for one in known.values()]
    places = zip(
        known.items(),
        adjusted(ps, family.correction),
        adjusted(floors, family.correction),
        levels(ps, family.correction, family.alpha),
        strict=True,
    )
    blank = tuple(name for name, one in known.items() if _p(one) is None)
    return {
        name: _one(Member(one, corrected_p, least, level), family, blank, again)
        for (name, one), corrected_p, least, level in places
        if one is not None
    }


def _p(found: Finding | None) -> float | None:
    """Return the p that counts in a family; None where the hypothesis was not tested."""
    return None if found is None or found.verdict == "untestable" else found.p


def _one(member: Member, family: Family, blank: tuple[str, ...], again: Again) -> Finding:
    first = member.finding
    if _p(first) is None:
        return replace(first, family=_listed(first, family, blank, None))
    if not reached(member.least, family.alpha):
        why = (
            f"In {family.words} the least p that it can have is corrected to {words.chance(member.least)} at best, "
            "above alpha: nothing could have supported it."
        )
        judged = replace(first, verdict="untestable", reason=f"{first.reason} {why}")
    else:
        judged = _judged(member, family, again)
    listed = _listed(first, family, blank, member.level)
    return replace(judged, adjusted=_snapped(member.adjusted, family.alpha), family=listed)


def _judged(member: Member, family: Family, again: Again) -> Finding:
    """Return the finding at the level of its place. The verdict is held to the level whatever the test says."""
    first, level = member.finding, member.level
    second = first if math.isclose(level, first.alpha) else again(first.hypothesis, level)
    held = second if second.verdict != "untestable" else replace(first, alpha=level)
    verdict = _verdict(held, first, level)
    p = words.chance(cast("float", first.p))
    says = f"In {family.words} p {p} is corrected to {words.chance(_snapped(member.adjusted, family.alpha))}"
    if verdict != first.verdict:
        says += f"; alone at alpha {words.level(first.alpha)} it would have been {first.verdict}"
    if verdict != held.verdict:
        says += f"; judged at {words.level(level)} it is {verdict}"
    return replace(held, verdict=verdict, reason=f"{held.reason} {says}.")


def _verdict(held: Finding, first: Finding, level: float) -> Verdict:
    if held.verdict == "supported" and not (first.p is not None and reached(first.p, level)):
        return "inconclusive"
    if held.verdict == "contradicted" and held.opposite is not None and not reached(held.opposite, level):
        return "inconclusive"
    return held.verdict


def _listed(found: Finding, family: Family, blank: tuple[str, ...], level: float | None) -> str:
    """Name the family for the report: what it corrects, the level, and who counts without having been tested."""
    at = f"; judged at {words.level(level)}" if level is not None else ""
    rest = f"; counted without a p, since asked: {', '.join(blank)}" if blank else ""
    within = f"; within the test: {found.family}" if found.family else ""
    return f"{family.words}{at}{rest}{within}"


def _snapped(p: float, alpha: float) -> float:
    """Return an adjusted p, and alpha itself where the two differ by rounding alone."""
    return alpha if math.isclose(p, alpha, rel_tol=1e-9) else p
