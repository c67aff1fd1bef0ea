"""A catalogue for the golden project: the real tests, and backends that nothing need import."""

from __future__ import annotations

import emspec_stats

from emspec.model.plugin import Backend, Catalog


def options(required: tuple[str, ...] = (), **properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def golden_catalog() -> Catalog:
    rate = {"type": "number", "minimum": 0, "maximum": 1, "default": 0.5}
    file = {"type": "string", "format": "path"}
    match = {"enum": ["text", "position"], "default": "text"}
    backends = [
        *(Backend(kind, "hf", "1", "nowhere:run") for kind in ("train", "couple", "generate")),
        Backend("generate", "vllm", "1", "nowhere:run"),
        Backend("generate", "sim", "1", "nowhere:run", options(rate=rate, seed={"type": "integer", "default": 0})),
        Backend("generate", "replay", "1", "nowhere:run", options(("file",), file=file, match=match)),
        Backend("score", "stats", "1", "nowhere:run"),
        Backend("data", "hub", "1", "nowhere:run"),
        Backend("data", "file", "1", "nowhere:run", options(("file",), file=file)),
    ]
    tests = {kind.name: kind for kind in emspec_stats.emspec_tests()}
    return Catalog({(backend.kind, backend.name): backend for backend in backends}, tests)
