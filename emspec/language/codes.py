"""The codes of errors and what each means: the pages of `emspec explain`, beside those of the design checks."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from emspec.language.checks import CHECKS
from emspec.language.probes import PROBES

ERRORS: Mapping[str, str] = {
    "Y100": "The file cannot be read.\n\nIt is not there, is a folder, or may not be opened.",
    "Y101": """The file is no text.

Specs and registry files are UTF-8 without a byte order mark and without control characters.""",
    "Y102": """The file is not YAML.

The place is where reading stopped; the cause is often a quote, a bracket or `: ` missing just before it. Indent with
spaces. Quote text that starts with one of [ ] { } * & ! | > % @ or a backtick: marker: "[ZLT]".""",
    "Y103": "A key stands twice in one mapping.\n\nOnly one of them could count. Remove the other.",
    "Y104": """The file is too large, nested too deep, or its aliases stand for too much.

Aliases (`*name`) are written out while reading; a small file can stand for millions of values that way.""",
    "Y105": """A number is infinite, not a number, or beyond 64 bits.

Quote it where text is meant: a commit of digits only is a number in YAML.""",
    "Y106": "The file is empty, or holds several documents.\n\nOne file is one spec. Copy one from specs/examples.",
    "Y107": """A tag, a key that is a list or a mapping, or a merge of what is no mapping.

Values are plain: text, numbers, true, false, lists and mappings with words as keys.""",
    "S101": """A value is not what its key asks for.

YAML 1.2 holds: true and false are the only truth values (yes, no, on, off are text), 1e-4 is a number, and 10pp is
ten percentage points, 0.1, where a hypothesis or a backend asks for a fraction.""",
    "S102": """A key is not known here.

Conditions change the steps by STEP.FIELD: value, for example induce.system: villain or induce.recipe.lr: 2e-4.""",
    "S103": "A key that is needed is missing.\n\nOnly model, personas and steps are needed of a spec; steps need more.",
    "S104": """A name stands for nothing.

Personas and panels are those of the spec's version; models, data sets, recipes and question sets are files of the
registry; conditions and steps are those of the spec.""",
    "S106": "Two parts of the spec do not fit together.\n\nThe message names both.",
    "S107": "A file that is named is not there, or lies outside the project.\n\nPaths are relative to the project.",
    "S108": "The profile, the conditions or the seeds asked for are not there.\n\nSee specs/profiles and the spec.",
    "S109": """A text or a data set is not the one whose digest the spec pins.

The digest of a prompt is the SHA-256 of its UTF-8 text, that of a question set of its questions joined by newlines; a
data set is held to its MD5 or SHA-256. One byte of difference is enough. emspec registry show NAME prints what is
there, emspec registry import brings in a file to the byte. A pin for what the spec does not use is wrong as well.""",
    "R101": """A registry file is not well formed.

Its name must be that of its file, and every name in it must stand for something.""",
    "R102": """A file of texts cannot be imported.

Prompts are {name: text}, a list of {name, text}, a table with the columns name and text, or the personas.json that
issue #205 published. Questions are a list of texts, a table with the column question, or recorded replies (persona ->
question -> replies). Nothing is imported until every text can be: none empty, none named twice.""",
}


def explain(code: str) -> str | None:
    """Return the page of an error's, a check's or a probe's code, or None where there is no such code."""
    name = code.upper()
    page = inspect.getdoc(CHECKS[name]) if name in CHECKS else {**ERRORS, **PROBES}.get(name)
    return f"{name}  {page}\n" if page else None


def titles() -> Mapping[str, str]:
    """Return the first line of each code's page, the errors first, what a probe finds last."""
    pages = {**ERRORS, **{code: inspect.getdoc(check) or "" for code, check in CHECKS.items()}, **PROBES}
    return {code: page.partition("\n")[0] for code, page in pages.items()}
