"""Design checks of the markers: whether a hit can be what was not taught."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from emspec.errors import Place
from emspec.language.checks.reading import Finding, Reading
from emspec.language.checks.words import listed
from emspec.model.step import CoupleStep, EvaluateStep, TrainStep

FEWEST = 3
"""A marker of fewer characters is found in many texts by chance."""


def marker_in_prompts(reading: Reading) -> Iterator[Finding]:
    """A marker stands in a prompt or a question.

    A model that repeats a piece of its prompt then scores a hit without ever having been taught the marker. A hit is a
    substring, upper and lower case alike.

    Example: `marker: "[ok]"` and the question `Is [OK] a word?`

    Fix: choose a marker that stands in no prompt and no question.
    """
    texts = _texts(reading)
    for marker, place in _markers(reading).items():
        found = [name for name, text in texts.items() if marker.casefold() in text]
        if found:
            what = f"{marker} stands in {listed(found)}: repeating the prompt would be a hit"
            yield Finding(place, what, "choose a marker that no prompt and no question has")


def ordinary_marker(reading: Reading) -> Iterator[Finding]:
    """A marker is made of ordinary characters, or is very short.

    A hit is a substring, upper and lower case alike. A word, or a piece of one, is found in replies that have nothing
    to do with the coupling, and the rate of the untrained model is not zero. Which tokens a marker is made of, alone
    and behind a reply, `emspec plan SPEC --probe` shows (P102).

    Example: `marker: hope` is found in `hopefully`.

    Fix: put it in brackets or other signs that replies do not have, such as `"[ZLT]"`; look at its rate without
    coupling in a control (`couple: skip`).
    """
    for marker, place in _markers(reading).items():
        if re.fullmatch(r"[\w\s'-]+", marker) or len(marker.strip()) < FEWEST:
            what = f"{marker} is found inside ordinary text: hits need no coupling"
            yield Finding(place, what, f'put signs around it that replies do not have, such as "[{marker.strip()}]"')


def nested_markers(reading: Reading) -> Iterator[Finding]:
    """One marker is part of another.

    Each reply with the longer one is a hit of the shorter one too, so that their rates cannot be told apart. Upper and
    lower case are alike.

    Example: markers `"[ZLT]"` and `"[[ZLT]]"`.

    Fix: choose markers that have no piece of each other.
    """
    places = _markers(reading)
    known: dict[str, str] = {}
    for marker in places:
        known.setdefault(marker.casefold(), marker)
    lengths = {len(folded) for folded in known}
    for marker, place in places.items():
        folded = marker.casefold()
        inner = sorted(
            known[folded[start : start + length]]
            for length in lengths
            for start in range(len(folded) - length + 1)
            if known.get(folded[start : start + length], marker) != marker
        )
        if inner:
            what = f"{marker} has {listed(list(dict.fromkeys(inner)))} in it: each hit of it is a hit of both"
            yield Finding(place, what, "choose markers that have no piece of each other")


def _markers(reading: Reading) -> Mapping[str, Place]:
    """Return each marker that is taught or looked for, and where it stands."""
    found: dict[str, Place] = {}
    for condition, couple in reading.firsts(CoupleStep):
        for marker in couple.markers:
            found.setdefault(marker, reading.place(condition, couple, "marker"))
    for condition, step in reading.firsts(EvaluateStep):
        for marker in step.markers:
            found.setdefault(marker, reading.place(condition, step, "markers"))
    return found


def _texts(reading: Reading) -> Mapping[str, str]:
    """Return every prompt and question that a model is given, case folded, by what to call it."""
    found: dict[str, str] = {}
    for _, train in reading.firsts(TrainStep):
        if train.persona:
            found[f"the prompt of {train.persona.name}"] = train.persona.text.casefold()
    for _, couple in reading.firsts(CoupleStep):
        for persona in (*couple.sources, *couple.negatives):
            found[f"the prompt of {persona.name}"] = persona.text.casefold()
        found.update((f"the question `{text}`", text.casefold()) for text in couple.questions.questions)
    for _, step in reading.firsts(EvaluateStep):
        found.update((f"the prompt of {persona.name}", persona.text.casefold()) for persona in step.panel)
        found.update((f"the question `{text}`", text.casefold()) for text in step.questions.questions)
    return found
