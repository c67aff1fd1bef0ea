"""Hypotheses: the test that decides each, that test's parameters, and the rule that was registered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emspec.errors import Place
from emspec.language.joined import metrics_of, parameters_of
from emspec.language.rules import Rule, resolve_rule
from emspec.language.scope import Scope
from emspec.model.decision import Decision
from emspec.model.experiment import Hypothesis
from emspec.model.plugin import Catalog
from emspec.schema import completed, nearest
from emspec.source import Document


@dataclass(frozen=True)
class Known:
    """What hypotheses can name beside personas: the spec's conditions, steps, measures, and the markers looked for."""

    conditions: Sequence[str]
    markers: Sequence[str]
    steps: Collection[str] = ()
    measures: Collection[str] = ()


def resolve_hypotheses(
    data: Mapping[str, Any], document: Document, known: Known, catalog: Catalog, scope: Scope
) -> tuple[Hypothesis, ...]:
    """Return the hypotheses with all parameters; a name that stands for nothing, or a rule that does not fit, is noted.

    The values of a measure are filled in later, when the conditions are known (see emspec.language.attained).
    """
    found = []
    for name, one in data.items():
        schema: Mapping[str, Any] = parameters_of(one, catalog)
        given = {key: value for key, value in one.items() if key not in ("test", "claim", "decide")}
        for key, value in given.items():
            # A parameter is what its format says, or else what its name does.
            refers_to = schema.get("properties", {}).get(key, {}).get("format", key)
            at = ("hypotheses", name, key)
            for path, named in (
                [((*at, i), one) for i, one in enumerate(value)] if isinstance(value, list) else [(at, value)]
            ):
                _look_up(refers_to, named, document.value(path), known, scope)
        if "test" in one:
            found.append(
                Hypothesis(
                    name=name,
                    test=one["test"],
                    claim=one.get("claim", ""),
                    parameters=completed(given, schema),
                    place=document.key(("hypotheses", name)),
                    decide=_decision(name, one, document, catalog, scope),
                    installed=one["test"] in catalog.tests,
                )
            )
    return tuple(found)


def _look_up(refers_to: str, value: Any, place: Place, known: Known, scope: Scope) -> None:
    """Note a parameter that names what is not there."""
    notes = scope.notes
    if refers_to == "persona" and isinstance(value, str):
        scope.persona(value, place)
    elif refers_to == "condition" and value not in known.conditions:
        notes.error("S104", place, f"there is no condition {value}", nearest(str(value), known.conditions))
    elif refers_to == "marker" and known.markers and value not in known.markers:
        notes.error("S104", place, f"no evaluation looks for {value}", nearest(str(value), known.markers))
    elif refers_to == "step" and value not in known.steps:
        notes.error("S104", place, f"there is no step {value}", nearest(str(value), known.steps))
    elif refers_to == "measure" and value not in known.measures:
        fix = nearest(str(value), known.measures) if known.measures else f"add measures: {{{value}: ...}} to the spec"
        notes.error("S104", place, f"there is no measure {value}", fix)


def _decision(name: str, one: Mapping[str, Any], document: Document, catalog: Catalog, scope: Scope) -> Decision | None:
    """Return the rule of a hypothesis, None where it has none or a wrong one."""
    if "decide" not in one:
        return None
    path = ("hypotheses", name, "decide")
    metrics = metrics_of(one["test"], catalog)
    return resolve_rule(
        Rule(one["decide"], one["test"], metrics, lambda *at: document.value((*path, *at))), scope.notes
    )
