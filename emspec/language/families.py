"""Families of hypotheses: read from the spec, and what a correction leaves their tests to reach by the design."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from emspec.language.scope import Notes
from emspec.model.attainable import Attainable
from emspec.model.experiment import Hypothesis
from emspec.model.family import CORRECTIONS, Family, adjusted, reached
from emspec.model.plugin import Catalog
from emspec.schema import nearest
from emspec.source import Document

ALPHA = 0.05


def resolve_families(data: Mapping[str, Any], document: Document, notes: Notes) -> tuple[Family, ...]:
    """Return the families; a hypothesis that is not there, is in two of them, or has an alpha of its own is noted."""
    written = document.data.get("hypotheses")
    asked: Mapping[str, Any] = written if isinstance(written, Mapping) else {}
    member_of: dict[str, str] = {}
    found = []
    for name, one in data.get("families", {}).items():
        family = Family(
            name,
            tuple(one["hypotheses"]),
            one["correction"],
            float(one.get("alpha", ALPHA)),
            document.key(("families", name)),
        )
        for at, member in enumerate(family.hypotheses):
            place = document.value(("families", name, "hypotheses", at))
            other = member_of.setdefault(member, name)
            if member not in asked:
                notes.error("S104", place, f"there is no hypothesis {member}", nearest(member, asked))
            elif other != name:
                what = f"{member} is in the family {other} already: a hypothesis is in one family at most"
                notes.error("S106", place, what, f"leave it out of {name} or of {other}, or join the two")
            elif "alpha" in data.get("hypotheses", {}).get(member, ()):
                what = f"{member} has an alpha of its own, and is in the family {name}, whose alpha holds for all of it"
                alpha = document.value(("hypotheses", member, "alpha"))
                notes.error("S106", alpha, what, f"leave alpha out of {member}, or {member} out of {name}")
        found.append(family)
    return tuple(found)


def with_alpha(
    hypotheses: Sequence[Hypothesis], families: Sequence[Family], catalog: Catalog
) -> tuple[Hypothesis, ...]:
    """Return the hypotheses with the alpha of their family among their parameters, where their test takes one."""
    alphas = {name: family.alpha for family in families for name in family.hypotheses}
    return tuple(
        replace(one, parameters={**one.parameters, "alpha": alphas[one.name]})
        if one.name in alphas and _takes_alpha(one, catalog)
        else one
        for one in hypotheses
    )


def _takes_alpha(hypothesis: Hypothesis, catalog: Catalog) -> bool:
    properties = catalog.tests[hypothesis.test].parameters.get("properties") if hypothesis.installed else None
    return isinstance(properties, Mapping) and "alpha" in properties


def attained_in_families(families: Sequence[Family], attainable: Mapping[str, Attainable]) -> Mapping[str, Attainable]:
    """Return what each test can reach in its family: nothing, where even the least p of all leave it above alpha.

    A hypothesis whose verdict is foregone counts with p = 1, one without a least p with p = 0.
    """
    changed = {name: reach for family in families for name, reach in _in_family(family, attainable)}
    return {**attainable, **changed}


def _in_family(family: Family, attainable: Mapping[str, Attainable]) -> Iterator[tuple[str, Attainable]]:
    reaches = [attainable[name] for name in family.hypotheses]
    floors = [1.0 if one.foregone else one.floor or 0.0 for one in reaches]
    least = adjusted(floors, family.correction)
    for name, reach, floor, corrected in zip(family.hypotheses, reaches, floors, least, strict=True):
        if reach.foregone:
            remark = f"it counts in {family.words} all the same, since it is asked"
            yield name, replace(reach, remarks=(*reach.remarks, remark))
        elif reached(corrected, family.alpha):
            yield name, replace(reach, remarks=(*reach.remarks, _alone(family)))
        else:
            what = (
                f"untestable: in {family.words} its least p, {floor:.3g}, is corrected to {corrected:.3g} at best, "
                f"above alpha {family.alpha:g}"
            )
            lifts = (f"a family of fewer hypotheses than the {len(floors)} of {family.name}",)
            yield name, replace(reach, remarks=(what, *reach.remarks), foregone="untestable", lifts=lifts, only="")


def _alone(family: Family) -> str:
    size, name = len(family.hypotheses), CORRECTIONS[family.correction]
    level = family.alpha / size
    return f"in the family {family.name} ({name}, {size} hypotheses) it passes alone from p {level:.3g}"
