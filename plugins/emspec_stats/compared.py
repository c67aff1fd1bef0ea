"""What a contrast of arms names, and why it cannot be tested. Pure Python: the plan calls it before anything runs."""

from __future__ import annotations

from collections.abc import Mapping

from emspec import Json
from emspec_stats.arms import Field, names

DIFFERENT = "different"
LESS = "less"


def sides(parameters: Mapping[str, Json]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the arms that are compared: `of` and `against`, each one name or a list."""
    return _side(parameters["of"]), _side(parameters["against"])


def rated(parameters: Mapping[str, Json]) -> str:
    """Return whose rate is compared: "bystander", "source", or a persona's name."""
    named = str(parameters.get("persona") or parameters.get("rate") or "bystanders")
    return "bystander" if named == "bystanders" else named


def rated_twice(parameters: Mapping[str, Json]) -> str:
    """Return why it is not clear whose rate is meant, "" where it is."""
    both = parameters.get("rate") and parameters.get("persona")
    return "it names both a rate and a persona, of which one is meant" if both else ""


def contrast_bar(field: Field, of: tuple[str, ...], against: tuple[str, ...], whose: str) -> str:
    """Return why arms cannot be compared, "" where they can."""
    both = sorted(set(of) & set(against))
    if both:
        return f"{both[0]} stands on both sides"
    there = {arm.name for arm in field.arms}
    for name in (*of, *against):
        if name in field.untaught:
            return f"no couple step taught {field.marker} in {name}"
        if name not in there:
            return f"{name} is not evaluated in this run"
    return _nobody(field, whose, frozenset((*of, *against)))


def sources(field: Field, compared: frozenset[str]) -> frozenset[frozenset[str]]:
    """Return the different sets of personas that the marker was coupled to in the arms compared, or else in any."""
    taught = {arm.name: arm.sources_of(field.marker) for arm in field.arms}
    own = {held for name, held in taught.items() if held and name in compared}
    return frozenset(own or {held for held in taught.values() if held})


def _nobody(field: Field, whose: str, compared: frozenset[str]) -> str:
    """Return why nobody's rate can be compared."""
    if whose == "bystander":
        return "" if field.bystanders else "the panel has no bystander: every persona was trained in some condition"
    if whose == "source":
        found = sources(field, compared)
        if len(found) > 1:
            return "the arms were taught the marker under different personas, whose rates are no one comparison"
        outside = sorted(frozenset[str]().union(*found) - set(field.panel))
        if outside:
            return f"{outside[0]}, the source, is not in the panel that all conditions share"
        return "" if found else "no persona was coupled to the marker"
    return "" if whose in field.panel else f"{whose} is not in the panel that all conditions share"


def _side(value: Json) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else names(value)
