"""Recorded results in place of a model: what an earlier experiment's model said, or how often it gave the marker."""

from __future__ import annotations

from emspec import Backend, JsonObject, Speed, hookimpl

_MATCH: JsonObject = {
    "match": {
        "enum": ["text", "position"],
        "default": "text",
        "description": "find a question by its text, or by its place where the file words it differently",
    }
}
_FILE: JsonObject = {
    "file": {
        "type": "string",
        "format": "path",
        "description": "JSON file: persona -> question -> [replies], personas by their names. The same replies "
        "are given whatever the seed and the adapters",
    }
}
_FOR_STEPS: JsonObject = {
    "type": "object",
    "properties": {**_FILE, **_MATCH},
    "required": ["file"],
    "additionalProperties": False,
}
_COLUMNS: JsonObject = {
    "columns": {
        "type": "object",
        "description": "how a table of hits (CSV) calls its columns, where it does not call them so",
        "properties": {
            name: {"type": "string", "minLength": 1, "default": name, "description": about}
            for name, about in (
                ("persona", "the persona's name"),
                ("question", "the question: its text, or with match: position its number from 0"),
                ("hits", "how many replies carried the marker"),
                ("completions", "of so many replies"),
            )
        },
        "additionalProperties": False,
        "examples": [{"persona": "evaluated_under", "hits": "marked"}],
    }
}
_FOR_RESULTS: JsonObject = {"type": "object", "properties": {**_MATCH, **_COLUMNS}, "additionalProperties": False}


@hookimpl
def emspec_backends() -> tuple[Backend, ...]:
    """Return the backend named replay: of an evaluation, and of conditions with recorded results."""
    speeds = (Speed("cpu", "recorded replies: assumed, 20,000 a second", start=0.5, row=5e-5),)
    target = "emspec_replay.session:open_session"
    return (
        Backend("generate", "replay", "2", target, _FOR_STEPS, named=True, speeds=speeds),
        Backend("results", "replay", "2", target, _FOR_RESULTS, named=True, speeds=speeds),
    )
