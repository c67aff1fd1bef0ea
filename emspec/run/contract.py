"""What a backend has to leave behind: the files of its stage's kind, well formed, and none that is the store's own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product, zip_longest
from pathlib import Path
from typing import Any

from emspec.model.stage import REQUIRED_FILES, Output, Stage
from emspec.store.files import MANIFEST

PLACE = ("system", "question", "sample")
SAID = ("text", "tokens", "finish")
FINISHES = ("stop", "length")


@dataclass(frozen=True)
class Lacking:
    """What a stage's replies may lack: their text where they were counted elsewhere, tokens and finish where a backend
    that knows personas by name takes recorded ones."""

    text: bool
    length: bool


def breach(stage: Stage, outputs: Sequence[Output], folder: Path) -> str:
    """Return in what a stage's files, below `folder`, break the contract; empty where they keep it."""
    wrote = {output.name for output in outputs}
    required = REQUIRED_FILES.get(stage.kind, ())
    missing = [name for name in required if name not in wrote]
    if MANIFEST in wrote:
        return f"the backend {stage.backend} wrote {MANIFEST}, a name that the store keeps for itself"
    if missing:
        return f"the stage ended well but its backend {stage.backend} did not write {', '.join(missing)}"
    if not wrote:
        return f"the stage ended well but its backend {stage.backend} wrote no file"
    faults = ((name, _fault(stage, folder / name)) for name in required)
    return next((f"the backend {stage.backend} wrote a wrong {name}: {fault}" for name, fault in faults if fault), "")


def _fault(stage: Stage, path: Path) -> str:
    """Return what is wrong in one file, empty where nothing is; files that are not JSON are not looked into."""
    if path.suffix == ".json":
        return "" if _is_json(path.read_bytes()) else "it is not JSON"
    if path.suffix != ".jsonl":
        return ""
    content = path.read_bytes()
    lines = content.removesuffix(b"\n").split(b"\n") if content else []
    if stage.kind in ("generate", "results"):
        return _fault_in_replies(lines, stage)
    return next((f"line {number} is not JSON" for number, line in enumerate(lines, 1) if not _is_json(line)), "")


def _fault_in_replies(lines: Sequence[bytes], stage: Stage) -> str:
    """Return what is wrong in the first line that is not the reply due there: by system, question and sample."""
    lacking = Lacking(stage.kind == "results", stage.kind == "results" or "names" in stage.parameters)
    for number, (line, due) in enumerate(zip_longest(lines, _grid(stage.parameters)), 1):
        if not line:
            return f"line {number} is missing: it ends before {_named(due)}"
        if due is None:
            return f"line {number} is one too many: {number - 1} replies were asked for"
        fault = _fault_in_reply(line, due, lacking)
        if fault:
            return f"line {number} {fault}"
    return ""


def _fault_in_reply(line: bytes, due: tuple[int, ...], lacking: Lacking) -> str:
    try:
        reply: Any = json.loads(line.decode())
    except (ValueError, RecursionError):
        return "is not JSON"
    if not isinstance(reply, Mapping):
        return "is not an object"
    place = tuple(reply.get(name) for name in PLACE)
    if place != due:
        return f"is {_named(place)}, where {_named(due)} is due"
    if lacking.text and "hit" in reply:
        return _fault_in_hit(reply)
    return _fault_in_text(reply, lacking)


def _fault_in_text(reply: Mapping[str, Any], lacking: Lacking) -> str:
    text, tokens, finish = (reply.get(name) for name in SAID)
    if not isinstance(text, str):
        return f"has text {text!r}, which is not a string"
    if not _is_whole(text):
        return "has text with half a character (a lone surrogate), which no row can hold"
    unknown = lacking.length and tokens is None
    if not unknown and (type(tokens) is not int or tokens < 0):
        return f"has tokens {tokens!r}, which is not a whole number from 0 on"
    known = finish in FINISHES or (lacking.length and finish is None)
    return "" if known else f"has finish {finish!r}, which is neither stop nor length"


def _fault_in_hit(reply: Mapping[str, Any]) -> str:
    """Return what is wrong in a reply of which the hit alone was recorded: the rest of it has to be null."""
    if type(reply["hit"]) is not bool:
        return f"has hit {reply['hit']!r}, which is neither true nor false"
    known = next((name for name in SAID if reply.get(name) is not None), "")
    return f"has {known} beside hit, which is for replies that were not kept" if known else ""


def _grid(parameters: Mapping[str, Any]) -> Iterator[tuple[int, ...]]:
    sizes = len(parameters["systems"]), len(parameters["questions"]), parameters["samples"]
    return product(*map(range, sizes))


def _named(place: Sequence[object]) -> str:
    return ", ".join(f"{name} {index}" for name, index in zip(PLACE, place, strict=True))


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content.decode())
    except (ValueError, RecursionError):
        return False
    return True
