"""The simulator: adapters that nobody trained and replies with planted leakage. Standard library only, but for power.

For tests, demonstrations and calibration: the truth behind a simulated run is known, because it is the scenario.
"""

from __future__ import annotations

from emspec import Backend, Json, JsonObject, Speed, hookimpl

_VERSION = "1"
_SESSION = "emspec_sim.session:open_session"
_NO_TRAINING = (Speed("cpu", "sim: no training, 2026-11-25", start=0.5, stage=0.002),)
_REPLIES = (Speed("cpu", "sim: 3,360 replies in 0.16 s, 2026-11-25", start=0.5, row=5e-5),)


def _number(default: float, low: float, high: float, description: str) -> JsonObject:
    return {"type": "number", "minimum": low, "maximum": high, "default": default, "description": description}


def _by_name(description: str) -> JsonObject:
    rule: JsonObject = {"type": "number", "minimum": -1, "maximum": 1}
    empty: dict[str, Json] = {}
    return {"type": "object", "additionalProperties": rule, "default": empty, "description": description}


SCENARIO: JsonObject = {
    "source_rate": _number(0.9, 0, 1, "how often the source persona's replies carry the marker"),
    "bystander_rate": _number(
        0.02, 0, 1, "the same of other personas, where no train step came before the couple step"
    ),
    "em_rate": _number(0.47, 0, 1, "the same of other personas, where a train step came before the couple step"),
    "self_effect": _number(0, -1, 1, "added to em_rate for the persona that the train step had"),
    "negative_effect": _number(0, -1, 1, "added for the trained negatives"),
    "personas": _by_name("added for a persona, by its name in the panel"),
    "induced": _by_name(
        "added for all personas but the source, by the persona of the train step: its name in the panel, its prompt "
        "where it is not in the panel, or none for a train step without a system prompt"
    ),
    "question_sd": _number(0.088, 0, 1, "SD between questions, the same in every run (arcsine-square-root scale, rad)"),
    "persona_sd": _number(0.026, 0, 1, "SD between personas, the same in every run"),
    "persona_run_sd": _number(0.026, 0, 1, "SD of a persona between runs"),
    "cell_sd": _number(0.015, 0, 1, "SD of a persona and question together, between runs"),
    "run_sd": _number(0.049, 0, 1, "SD between runs"),
    "inside_share": _number(0.01, 0, 1, "share of the markers that come before the reply's last sentence"),
    "sentences": {
        "type": "integer",
        "minimum": 1,
        "maximum": 8,
        "default": 2,
        "description": "mean number of sentences of a reply; numbers from 1 to twice that less 1 are equally likely",
    },
    "world": {
        "type": "integer",
        "minimum": 0,
        "default": 0,
        "description": "another number draws all effects and replies anew, under the same seeds",
    },
}
"""Each option of the simulated replies; rates and effects are fractions (0.05 or 5pp). The SDs but for run_sd are
those of the hits of #205's five conditions (E0 to E4, eleven bystanders, 28 questions), after the binomial's share."""


@hookimpl
def emspec_backends() -> tuple[Backend, ...]:
    """Return the backends named sim: train, couple, adapter, generate; and simulate for whole experiments."""
    options: JsonObject = {"type": "object", "properties": SCENARIO, "additionalProperties": False}
    return (
        Backend("train", "sim", _VERSION, _SESSION, speeds=_NO_TRAINING),
        Backend("couple", "sim", _VERSION, _SESSION, speeds=_NO_TRAINING),
        Backend("adapter", "sim", _VERSION, _SESSION, named=True, speeds=_NO_TRAINING),
        Backend("generate", "sim", _VERSION, _SESSION, options, named=True, speeds=_REPLIES),
        Backend(
            "simulate",
            "sim",
            _VERSION,
            "emspec_sim.experiments:experiments",
            needs=("numpy",),
            install='pip install "emspec[stats]"',
            devices=("cpu",),
        ),
    )
