"""docs/codes.md: the page of every error and every design check, as `emspec explain` prints it."""

from __future__ import annotations

from emspec.language import explain
from emspec.language.codes import titles
from tools.docs.markdown import head, table

GROUPS = {
    "Y": ("Reading", "The text is no YAML that a spec can be."),
    "S": ("The spec", "The text is YAML, and does not say what an experiment needs."),
    "R": ("The registry", "What the spec names is there, and cannot be used."),
    "D": ("Design checks", "The spec can be run; a careful colleague would ask about it first."),
    "P": (
        "Probes",
        "What `emspec plan SPEC --probe` finds; `plan` and `check` know it from then on.",
    ),
}


def page() -> str:
    """Return the page: a table of all codes, then each with its text."""
    known = titles()
    groups = {letter: [one for one in known if one[0] == letter] for letter in dict.fromkeys(one[0] for one in known)}
    intro = (
        "`emspec check` ends each problem with its code; `emspec explain CODE` prints the text below. A finding of a\n"
        'design check that is known and meant is accepted in the spec, `accept: {D104: "as published"}`, and stays in\n'
        "the report with that reason.\n"
    )
    contents = table(["code", "what"], [(f"[{one}](#{one.lower()})", known[one]) for one in sorted(known)])
    parts = [head("Codes", "emspec/language/codes.py and the docstrings of the checks"), intro, contents]
    for letter, codes in groups.items():
        title, about = GROUPS[letter]
        parts += [f"## {title}\n\n{about}\n", *(_entry(one) for one in codes)]
    return "\n".join(parts)


def _entry(code: str) -> str:
    text = explain(code) or ""
    return f"### {code}\n\n{text.removeprefix(code).strip()}\n"
