"""Recorded replies in place of a model: what an earlier experiment's model said, read from its file."""

from __future__ import annotations

from emspec import Backend, JsonObject, Speed, hookimpl

_OPTIONS: JsonObject = {
    "type": "object",
    "properties": {
        "file": {
            "type": "string",
            "format": "path",
            "description": "JSON file: persona -> question -> [replies], personas by their names. The same replies "
            "are given whatever the seed and the adapters",
        },
        "match": {
            "enum": ["text", "position"],
            "default": "text",
            "description": "find a question by its text, or by its place where the file words it differently",
        },
    },
    "required": ["file"],
    "additionalProperties": False,
}


@hookimpl
def emspec_backends() -> tuple[Backend, ...]:
    """Return the generate backend named replay."""
    speeds = (Speed("cpu", "recorded replies: assumed, 20,000 a second", start=0.5, row=5e-5),)
    target = "emspec_replay.session:open_session"
    return (Backend("generate", "replay", "1", target, _OPTIONS, named=True, speeds=speeds),)
