"""docs/hooks.md: what a plugin may implement and what it hands over, from the docstrings that are the contract."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import emspec
from emspec import hookspecs
from tools.docs.markdown import block, code, head, table

START = """\
`emspec new plugin NAME` writes a whole small plugin to start from: a package, its entry point, a backend or a
hypothesis test, and a test of its own. `emspec plugins` lists what is installed and says what is broken.
"""


def page() -> str:
    """Return the page: the contract of stages, the hooks, the values."""
    about, _, stages = (inspect.getdoc(hookspecs) or "").partition("\n\n")
    intro, title, contract = _sections(stages)
    hooks = [one for name, one in vars(hookspecs.Hooks).items() if name.startswith("emspec_")]
    values = [getattr(emspec, name) for name in emspec.__all__]
    classes = [one for one in values if inspect.isclass(one) and inspect.getdoc(one)]
    rows = [(code(one.__name__), (inspect.getdoc(one) or "").partition("\n")[0]) for one in classes]
    return "\n".join(
        [
            head("Hooks", "emspec/hookspecs.py and the values of the emspec root"),
            f"{about}\n\n{intro}\n\n{START}",
            "## Hooks\n",
            *(_hook(one) for one in hooks),
            "## Values\n\nA plugin imports these from `emspec` and nothing below it.\n",
            table(["value", "what"], rows),
            *(_value(one) for one in classes if "\n" in (inspect.getdoc(one) or "")),
            f"## {title}\n\n{block(contract)}",
        ]
    )


def _sections(text: str) -> tuple[str, str, str]:
    """Return what stands before the underlined title in a docstring, the title, and the rest."""
    lines = text.splitlines()
    rule = next(number for number, line in enumerate(lines) if line.startswith("---"))
    return "\n".join(lines[: rule - 1]).strip(), lines[rule - 1], "\n".join(lines[rule + 1 :])


def _hook(hook: Callable[..., Any]) -> str:
    signature = str(inspect.signature(hook)).replace("(self, ", "(").replace("(self)", "()").replace("'", "")
    return f"### {hook.__name__}\n\n{block(f'def {hook.__name__}{signature}', 'python')}\n{inspect.getdoc(hook)}\n"


def _value(value: type) -> str:
    return f"### {value.__name__}\n\n{block(inspect.getdoc(value) or '')}"
