"""What the gates of a plan decided, as far as their stages are in the store."""

from __future__ import annotations

import json
from collections.abc import Mapping

from emspec.errors import StoreError
from emspec.model.json import JsonObject
from emspec.model.plan import Plan
from emspec.store import Store


def decisions(plan: Plan, store: Store) -> Mapping[str, JsonObject] | None:
    """Return the decision on each condition with a gate (see emspec.hookspecs), None where one is not made yet."""
    if not all(store.lookup(key) for key in plan.gates.values()):
        return None
    return {condition: _read(key, store) for condition, key in plan.gates.items()}


def _read(key: str, store: Store) -> JsonObject:
    path = store.folder(key) / "decision.json"
    try:
        found: JsonObject = json.loads(path.read_text(encoding="utf-8"))
        assert isinstance(found["open"], bool)
    except (OSError, ValueError, KeyError, TypeError, AssertionError) as error:
        raise StoreError(f"{path} is no decision of a gate", "emspec verify finds what is damaged") from error
    return found
