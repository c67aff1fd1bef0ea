"""Nulls beyond the usual: low rates, conditions that leak at other rates, single runs with a declared SD, families."""

from __future__ import annotations

from collections.abc import Iterator

from emspec import Family, JsonObject
from tools.calibrate.nulls import ALIKE, APART, MARGIN, RISES, SPARED, Null
from tools.calibrate.trials import Question, Scene
from tools.calibrate.world import Noise, Pattern, World, world

RUN_SD = 0.049
LOW = 0.03
FAR = 0.42
"""Below .47: conditions at 5 %, where a run's noise is less than half as large in pp."""
MORE = Question("contrast, more", "contrast", APART)
DIFFERENT = Question("contrast, different", "contrast", {**APART, "direction": "different"})
OWN = Question("H1", "self-leakage", {})
EITHER = ("supported", "contradicted")


def elsewhere() -> Iterator[Null]:
    """Yield the nulls; all at one run SD."""
    place = world()
    yield from _low()
    yield from _uneven(place)
    yield from _declared(place)
    yield from _families(place)


def _low() -> Iterator[Null]:
    scene = Scene("alike and low", (OWN, MORE, DIFFERENT), Noise(RUN_SD, rate=LOW), {})
    for question in (OWN, MORE):
        yield from (Null(scene, question.name, wrong, f"all leak alike, at {100 * LOW:g} %") for wrong in EITHER)
    yield Null(scene, DIFFERENT.name, "supported", f"all leak alike, at {100 * LOW:g} %")


def _uneven(place: World) -> Iterator[Null]:
    """Yield conditions whose noise in pp is unlike that of the others that it is pooled with."""
    noise, compared = Noise(RUN_SD), (str(APART["of"]), str(APART["against"]))
    others: Pattern = {name: dict.fromkeys(place.bystanders, -1.0) for name in place.conditions if name not in compared}
    these: Pattern = {name: dict.fromkeys(place.bystanders, -1.0) for name in compared}
    for pattern, what in (
        (others, "two arms at 47 %, the others at 5 %"),
        (these, "two arms at 5 %, the others at 47 %"),
    ):
        scene = Scene(what, (MORE, DIFFERENT), noise, pattern, FAR)
        yield from (Null(scene, MORE.name, wrong, what) for wrong in EITHER)
        yield Null(scene, DIFFERENT.name, "supported", what)
    persona, own = str(SPARED["persona"]), str(SPARED["condition"])
    spared: Pattern = {
        name: {persona: -0.05 / FAR} if name == own else dict.fromkeys(place.bystanders, -1.0)
        for name in place.conditions
    }
    what = "the persona leaks less by just the margin in its condition, the others at 5 %"
    scene = Scene(what, (Question("H3", "immunity", SPARED),), noise, spared, FAR, (persona,))
    yield Null(scene, "H3", "supported", what)


def _declared(place: World) -> Iterator[Null]:
    """Yield single runs whose run-to-run SD the spec declares, rightly."""
    declared: JsonObject = {"run_sd": RUN_SD}
    noise, said = Noise(RUN_SD), "one seed, its run SD declared"
    more = Question("contrast, SD declared", "contrast", {**APART, **declared})
    alike = Scene(f"alike, {said}", (more,), noise, {}, seeds=1)
    yield from (Null(alike, more.name, wrong, f"{said}: all leak alike") for wrong in EITHER)
    wide = Question("H2, SD declared", "invariance", {"margin": 2 * MARGIN, **declared})
    first, last = place.conditions[0], place.conditions[-1]
    ends: Pattern = {first: dict.fromkeys(place.bystanders, -0.5), last: dict.fromkeys(place.bystanders, 0.5)}
    edge = Scene(f"margin, {said}", (wide,), noise, ends, 2 * MARGIN, seeds=1)
    what = f"{said}: two conditions differ by the margin, {200 * MARGIN:g} pp"
    yield from (Null(edge, wide.name, wrong, what) for wrong in EITHER)


def _families(place: World) -> Iterator[Null]:
    """Yield families of tests on the same rows: any that is supported is wrong."""
    rises = Question("trend", "trend", {**RISES, "values": {n: float(at) for at, n in enumerate(place.conditions)}})
    apart = Question("contrast, other arms", "contrast", {"of": "B-evilai", "against": "B-confab"})
    asked = (OWN, MORE, apart, rises)
    names = tuple(one.name for one in asked)
    corrections = (("Holm", "holm"), ("Benjamini-Hochberg", "benjamini-hochberg"))
    families = tuple(Family(f"family of four, {name}", names, correction) for name, correction in corrections)
    scene = Scene("family", asked, Noise(RUN_SD), {}, families=families)
    yield from (Null(scene, one.name, "supported", f"{ALIKE}: any of the four supported") for one in families)
