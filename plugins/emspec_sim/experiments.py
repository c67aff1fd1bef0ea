"""Whole simulated experiments at once, for `emspec power`: which replies carry the marker, in numpy.

The truth is that of emspec_sim.scenario.Leakage, drawn from one random stream instead of from the stages' identities:
a reply's chance is sin^2(c + e), with c from `centre` and e the sum of normal effects. Effects of question and persona
are the same in all runs of an experiment, those of a run, of a persona in a run, and of a persona and question in a run
are drawn for each run. Every experiment draws all of them anew.

Planted rates are those of these personas, as the tests' estimands are: a persona named in `planted` has no lasting
effect of its own, and the lasting effects of the other bystanders sum to zero. Without that, an experiment planted at
the edge of a null hypothesis about one persona would lie on either side of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from emspec import JsonObject
from emspec_sim.scenario import Scenario, centre

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
SDS = ("question_sd", "persona_sd", "persona_run_sd", "cell_sd", "run_sd")


@dataclass(frozen=True)
class Slots:
    """Each persona and question of each run, in the row table's order; arrays have shape (slots,).

    `place` is the slot's persona of its run, counted over all runs; `persona` and `question` count different names.
    """

    run: Ints
    place: Ints
    persona: Ints
    question: Ints
    replies: Ints
    names: tuple[str, ...]

    @classmethod
    def of(cls, cells: Sequence[JsonObject]) -> Slots:
        """Return the slots of cells: {"personas": [name], "questions": [text], "completions"}, a run each."""
        panels = [cast("Sequence[str]", cell["personas"]) for cell in cells]
        asked = [cast("Sequence[str]", cell["questions"]) for cell in cells]
        names = {name: at for at, name in enumerate(dict.fromkeys(name for panel in panels for name in panel))}
        texts = {text: at for at, text in enumerate(dict.fromkeys(text for some in asked for text in some))}
        pairs = list(zip(panels, asked, strict=True))
        sizes = [len(panel) * len(some) for panel, some in pairs]
        widths = [len(some) for panel, some in pairs for _ in panel]
        return cls(
            run=np.repeat(np.arange(len(cells)), sizes),
            place=np.repeat(np.arange(len(widths)), widths),
            persona=np.repeat([names[name] for panel in panels for name in panel], widths),
            question=np.concatenate([np.tile([texts[q] for q in some], len(panel)) for panel, some in pairs]),
            replies=np.repeat([cast(int, cell["completions"]) for cell in cells], sizes),
            names=tuple(names),
        )


class Experiments:
    """Simulated experiments of one design; experiment `number` has the same luck whatever rates are planted."""

    def __init__(self, scenario: Scenario, slots: Slots, lasting: Floats) -> None:
        """Take the design; `lasting`, shape (personas, personas), makes lasting effects of independent normal ones."""
        self._scenario = scenario
        self._slots = slots
        self._lasting = lasting

    def hits(self, number: int, rates: Sequence[Sequence[float]]) -> Bools:
        """Return which replies of experiment `number` carry the marker, shape (replies,).

        `rates` holds the planted rate of each persona of each cell, as a fraction. Replies are ordered by cell,
        persona, question, sample.
        """
        random = np.random.default_rng([self._scenario.world, number])
        effects = self._effects(random)
        luck = random.random(int(self._slots.replies.sum()))
        return luck < np.repeat(self._chances(effects, rates), self._slots.replies)

    def chances(self, number: int, rates: Sequence[Sequence[float]]) -> Floats:
        """Return the chance of each persona and question of each run, shape (slots,): see hits."""
        return self._chances(self._effects(np.random.default_rng([self._scenario.world, number])), rates)

    def expected(self, number: int, rates: Sequence[Sequence[float]], over: Collection[str]) -> Floats:
        """Return the expected rate of each persona of each run of experiment `number`, shape (places,).

        `over` names the effects (SDS) that the expectation is over, questions and cells always: what is not named is as
        it came out in the experiment. E sin^2(m + e) = (1 - cos(2 m) exp(-2 sd^2)) / 2 for a normal e.
        """
        slots, averaged = self._slots, {"question_sd", "cell_sd", *over}
        parts = self._parts(np.random.default_rng([self._scenario.world, number]))
        kept: Floats = sum((part for name, part in parts.items() if name not in averaged), np.zeros(len(slots.run)))
        variance = sum(getattr(self._scenario, name) ** 2 for name in averaged)
        _, first = np.unique(slots.place, return_index=True)
        angle, share = self._centres(rates)
        middle = np.cos(2 * (angle + share * kept)) * np.exp(-2 * share**2 * variance)
        expected: Floats = (1 - middle[first]) / 2
        return expected

    def _effects(self, random: np.random.Generator) -> Floats:
        total: Floats = sum(self._parts(random).values(), np.zeros(len(self._slots.run)))
        return total

    def _parts(self, random: np.random.Generator) -> dict[str, Floats]:
        """Return the effects of each kind, shape (slots,)."""
        slots, scenario = self._slots, self._scenario
        run = scenario.run_sd * random.standard_normal(slots.run[-1] + 1)
        place = scenario.persona_run_sd * random.standard_normal(slots.place[-1] + 1)
        persona = scenario.persona_sd * self._lasting @ random.standard_normal(len(slots.names))
        question = scenario.question_sd * random.standard_normal(slots.question.max() + 1)
        cell = scenario.cell_sd * random.standard_normal(len(slots.run))
        return {
            "run_sd": run[slots.run],
            "persona_run_sd": place[slots.place],
            "persona_sd": persona[slots.persona],
            "question_sd": question[slots.question],
            "cell_sd": cell,
        }

    def _chances(self, effects: Floats, rates: Sequence[Sequence[float]]) -> Floats:
        angle, share = self._centres(rates)
        chances: Floats = np.sin(angle + share * effects) ** 2
        return chances

    def _centres(self, rates: Sequence[Sequence[float]]) -> tuple[Floats, Floats]:
        """Return the angle and the share of effects of each slot's planted rate."""
        flat = np.array([rate for cell in rates for rate in cell])
        distinct, which = np.unique(flat, return_inverse=True)
        centres = np.array([centre(float(rate), self._scenario.total_sd) for rate in distinct])
        angle, share = centres[which[self._slots.place]].T
        return angle, share


def experiments(parameters: JsonObject) -> Experiments:
    """Return the simulator of a design.

    parameters: noise (a scenario's SDs), cells (see Slots.of), bystanders and planted (names; see the module).
    """
    noise = cast(JsonObject, parameters["noise"])
    slots = Slots.of(cast("Sequence[JsonObject]", parameters["cells"]))
    planted = set(cast("Sequence[str]", parameters["planted"]))
    free = [name for name in cast("Sequence[str]", parameters["bystanders"]) if name not in planted]
    scenario = Scenario.read({name: noise[name] for name in SDS})
    return Experiments(scenario, slots, lasting(slots.names, planted, free))


def lasting(names: Sequence[str], planted: set[str], free: Sequence[str]) -> Floats:
    """Return the matrix that leaves planted personas without an effect and centres those of the free bystanders."""
    matrix = np.diag([0.0 if name in planted else 1.0 for name in names])
    at = [names.index(name) for name in free if name in names]
    matrix[np.ix_(at, at)] -= 1 / len(at) if at else 0
    return matrix
