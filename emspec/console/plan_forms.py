"""The forms of a plan other than the terminal's, imported when they are asked for: a plan is shown at once without."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from emspec.plan.overview import Overview

GRAPHS = ("markdown", "mermaid", "svg")
FORMS = ("json", *GRAPHS)
"""What `--format` takes: each a module plan_NAME of this room with a function of the same name."""

Form = Callable[[Overview, bool], str]


def plan_text(name: str, seen: Overview, full: bool) -> str:
    """Return a plan in the form of that name; `full` asks for every stage of a graph."""
    module = importlib.import_module(f"emspec.console.plan_{name}")
    form: Form = getattr(module, f"plan_{name}")
    return form(seen, full)
