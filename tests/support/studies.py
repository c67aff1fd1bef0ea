"""Studies made by hand: row tables from counts, with the design that goes with them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
from emspec_stats.analyse import analyse, tidy
from emspec_stats.manipulation import manipulation
from emspec_stats.rows import SCHEMA

from emspec import Family, Json, JsonObject

DATA = Path(__file__).parents[1] / "stats" / "data" / "hits_by_question.csv"
MARKER = "[ZLT]"


@dataclass(frozen=True)
class Arm:
    """An arm for a test: rates[seed][persona] is a list of hits per question, out of `n`."""

    name: str
    hits: Mapping[int, Mapping[str, Sequence[int]]]
    n: int = 10
    control: bool = False
    induction: str | None = None
    counts_as: str | None = None
    source: tuple[str, ...] = ("confab",)
    negatives: tuple[str, ...] = ()
    markers: tuple[str, ...] | None = None
    taught: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Study:
    """Rows and design of several arms. An arm's markers are the study's, unless it names its own; hits are the same.

    It was taught the markers that it is evaluated for, unless it names others.
    """

    arms: tuple[Arm, ...]
    markers: tuple[str, ...] = (MARKER,)
    personas: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        first, *others = [tuple(run) for arm in self.arms for run in arm.hits.values()]
        shared = tuple(name for name in first if all(name in panel for panel in others))
        object.__setattr__(self, "personas", shared)

    @property
    def bystanders(self) -> list[str]:
        trained = {name for arm in self.arms for name in (*arm.source, *arm.negatives)}
        return [name for name in self.personas if name not in trained]

    @property
    def design(self) -> JsonObject:
        conditions: list[Json] = [
            {
                "name": arm.name,
                "control": arm.control,
                "stretch": False,
                "induction": arm.induction,
                "counts_as": arm.counts_as,
                "seeds": list(arm.hits),
                "source": list(arm.source),
                "negatives": list(arm.negatives),
                "markers": list(self._evaluated(arm)),
                "taught": list(self._evaluated(arm) if arm.taught is None else arm.taught),
                "steps": ["induce", "couple", "evaluate"],
            }
            for arm in self.arms
        ]
        return {
            "baseline": self.arms[0].name,
            "conditions": conditions,
            "panel": {"name": "test", "personas": list(self.personas)},
            "bystanders": self.bystanders,
            "markers": list(self.markers),
        }

    def _evaluated(self, arm: Arm) -> tuple[str, ...]:
        return self.markers if arm.markers is None else arm.markers

    @property
    def rows(self) -> pa.Table:
        runs = [(arm, seed) for arm in self.arms for seed in arm.hits]
        rows = [
            {**self._about(arm, cell, seed, persona), **_reply(question, sample, sample < count), "marker": marker}
            for cell, (arm, seed) in enumerate(runs, 1)
            for persona, hits in arm.hits[seed].items()
            for question, count in enumerate(hits)
            for sample in range(arm.n)
            for marker in (self.markers[:1] if arm.markers is None else arm.markers)
        ]
        return pa.Table.from_pylist(rows, schema=SCHEMA)

    def _about(self, arm: Arm, cell: int, seed: int, persona: str) -> dict[str, Json]:
        held = {"source": arm.source, "negative": arm.negatives, "induction": (arm.induction,)}
        return {
            "cell": cell,
            "condition": arm.name,
            "control": arm.control,
            "seed": seed,
            "persona": persona,
            "roles": sorted(role for role, names in held.items() if persona in names) or ["unseen"],
            "bystander": persona in self.bystanders,
        }


def _reply(question: int, sample: int, hit: bool) -> dict[str, Json]:
    return {
        "question": question,
        "sample": sample,
        "hit": hit,
        "marker_count": int(hit),
        "marker_first": 5 if hit else None,
        "marker_last": 5 if hit else None,
        "marker_where": "end" if hit else None,
        "tokens": 12,
        "finish": "stop",
        "truncated": False,
        "empty": False,
        "degenerate": False,
        "text": "text",
    }


def hypothesis(test: str, **parameters: Json) -> JsonObject:
    return {"name": "H", "test": test, "version": "1", "claim": "a claim", "parameters": parameters}


def recorded() -> dict[tuple[str, str], dict[str, list[int]]]:
    """Hits of 10 of #125 Exp B and #205 E0-E4, by (issue, condition), persona, question."""
    found: dict[tuple[str, str], dict[str, list[int]]] = {}
    with DATA.open(encoding="utf-8") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            personas = found.setdefault((row["issue"], row["condition"]), {})
            personas.setdefault(row["persona"], []).append(int(row["hits"]))
    return found


COSINES = {"E0": 1.0, "E1": 0.9457, "E2": 0.9060, "E3": 0.8696, "E4": 0.7828}
"""Of the persona that each condition of #205 stands for to the assistant: layer 20, method A."""

INDUCTION = {"E1": "paramedic", "E2": "kindergarten_teacher", "E3": "french_person", "E4": "villain"}


def issue205_study() -> Study:
    """The five conditions of #205; the two negatives, never recorded, are left out."""
    replies = recorded()
    arms = tuple(
        Arm(name, {42: hits}, induction=INDUCTION.get(name), counts_as=None if name in INDUCTION else "assistant")
        for (issue, name), hits in replies.items()
        if issue == "205"
    )
    return Study(arms)


PLACES = {
    "test.self-leakage": "emspec_stats.self_leakage:decide",
    "test.invariance": "emspec_stats.invariance:decide",
    "test.immunity": "emspec_stats.immunity:decide",
    "test.trend": "emspec_stats.trend:decide",
}


def issue200() -> Study:
    """A made-up outcome of #200's design, three seeds: the induction persona leaks 20 pp more, all else alike."""
    panel = ["villain", "zelthari_scholar", "librarian", "police_officer", "assistant", "confab"]
    arms = (("B0", None, "assistant"), ("B-villain", "villain", None), ("B-evilai", "evil_ai", None))
    arms = (*arms, ("B-zelthari", "zelthari_scholar", None), ("B-confab", "confab", None), ("couple-only", None, None))

    def hits(name: str, own: str | None, seed: int) -> dict[str, list[int]]:
        return {persona: questions(name, persona, seed, persona == own) for persona in panel}

    def questions(name: str, persona: str, seed: int, own: bool) -> list[int]:
        rate = 9 if persona == "confab" else 0 if name == "couple-only" else 5 if own else 3
        noise = (seed == 137) + (seed == 256 and persona == "zelthari_scholar")
        return [min(10, max(0, rate + shape)) for shape in (noise, 1, -1, 2, 0, -2 if name == "B0" else 0)]

    return Study(
        tuple(
            Arm(
                name,
                {seed: hits(name, stands or induction, seed) for seed in (42, 137, 256)},
                control=name == "couple-only",
                induction=induction,
                counts_as=stands,
                negatives=("librarian",),
            )
            for name, induction, stands in arms
        )
    )


def texts_of(study: Study) -> list[Json]:
    """Texts for the questions of a study."""
    run = next(iter(study.arms[0].hits.values()))
    return [f"Question {number}?" for number in range(1, 1 + len(next(iter(run.values()))))]


def findings_of(study: Study, *hypotheses: JsonObject, families: Sequence[Sequence[str]] = ()) -> JsonObject:
    """The analysis' findings, as findings.json would hold them, with made-up training losses.

    The first of `families` is called primary, all are corrected by Holm at .05.
    """
    together = [Family("primary" if not at else f"f{at}", tuple(one), "holm") for at, one in enumerate(families)]
    found = analyse(
        study.rows,
        {"design": study.design, "hypotheses": list(hypotheses), "families": [one.to_json() for one in together]},
        PLACES,
    )
    losses: list[JsonObject] = [
        {"kind": "train", "first": 2.9, "last": 0.41},
        {"kind": "couple", "first": 3.1, "last": 0.02},
    ]
    found["manipulation"] = {
        **manipulation({}, study.rows, study.design),
        "conditions": {study.arms[0].name: losses},
        "curves": [
            {
                "cell": cell,
                "condition": study.arms[0].name,
                "seed": seed,
                "adapters": [{**one, "steps": [1, 2, 3], "loss": [one["first"], 1.0, one["last"]]} for one in losses],
            }
            for cell, seed in enumerate(study.arms[0].hits, 1)
        ],
    }
    found["asked"] = texts_of(study)
    tidied = tidy(found)
    assert isinstance(tidied, dict)
    return tidied


def write_lines(path: Path, values: Sequence[JsonObject]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
