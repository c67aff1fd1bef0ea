"""A plan as JSON: docs/schema/plan.schema.json."""

from __future__ import annotations

import json

from emspec.plan.document import plan_document
from emspec.plan.overview import Overview


def plan_json(seen: Overview, full: bool = True) -> str:
    """Return a plan as JSON text, which is always `full`."""
    return json.dumps(plan_document(seen), indent=1, ensure_ascii=False) + "\n"
