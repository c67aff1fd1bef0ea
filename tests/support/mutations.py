"""Specs that nobody would write: the project's own, mutated in their structure or in their bytes, by a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import yaml

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**70, 1e-300, 0.5, "", " ", "skip", "none", "10pp", "-5pp", "1.1.0", "confab"),
    *("canonical-12", "a + b", "x" * 300, "\x1b[31m", "日本e\u0301", "*a", "null", "1e400", "../..", "/dev/zero"),
    *([], {}, [[]], [{}], {"a": None}, {"name": "sim"}, {"base": "em-125"}, {"from": "marker-28", "first": 0}),
)
BYTES = b"{}[]:,-#&*!|>'\"%@` \t\n\r\x00\x7f\x85\xc3\xff<0aZ~"
SPLICES = (
    b"<<: *a",
    b"&a ",
    b"*a",
    b"---\n",
    b"? ",
    b"!!str ",
    b"\r\n",
    b"\xef\xbb\xbf",
    b".nan",
    b"1e999",
    b": " * 9,
    b"[" * 60,
)


def paths(data: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value below the root."""
    items = list(data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ())
    return [(*at, key) for key, _ in items] + [path for key, one in items for path in paths(one, (*at, key))]


def at(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        data = data[key]
    return data


def mutated(data: Any, others: Sequence[Any], source: random.Random) -> str:
    """Return a spec's text with one to four nodes put, dropped, swapped, doubled, spliced in or retyped."""
    data = _copy(data)
    for _ in range(source.randint(1, 4)):
        known = paths(data)
        if not known:
            break
        path = source.choice(known)
        ACTIONS[source.choice(sorted(ACTIONS))](data, path, others, source)
    return str(yaml.safe_dump(data, allow_unicode=source.random() < 0.5, sort_keys=source.random() < 0.2))


def scrambled(raw: bytes, source: random.Random) -> bytes:
    """Return bytes with some replaced, inserted or left out, lines moved, and perhaps the end cut off."""
    lines = raw.splitlines(keepends=True)
    for _ in range(source.randint(0, 3)):
        lines.insert(source.randrange(len(lines)), lines.pop(source.randrange(len(lines))))
    text = bytearray(b"".join(lines))
    for _ in range(source.randint(1, 5)):
        spot = source.randrange(len(text) + 1)
        piece = source.choice([bytes([source.choice(BYTES)]), source.choice(SPLICES), b""])
        text[spot : spot + source.randint(0, 3)] = piece
    return bytes(text if source.random() < 0.8 else text[: source.randrange(len(text) + 1)])


def _copy(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _copy(value) for key, value in data.items()}
    return [_copy(value) for value in data] if isinstance(data, list) else data


def _put(data: Any, path: tuple[Any, ...], others: Sequence[Any], source: random.Random) -> None:
    at(data, path[:-1])[path[-1]] = source.choice(ODD)


def _drop(data: Any, path: tuple[Any, ...], others: Sequence[Any], source: random.Random) -> None:
    del at(data, path[:-1])[path[-1]]


def _swap(data: Any, path: tuple[Any, ...], others: Sequence[Any], source: random.Random) -> None:
    other = source.choice(paths(data))
    one, two = _copy(at(data, path)), _copy(at(data, other))
    at(data, path[:-1])[path[-1]] = two
    if path != other[: len(path)]:
        at(data, other[:-1])[other[-1]] = one


def _double(data: Any, path: tuple[Any, ...], others: Sequence[Any], source: random.Random) -> None:
    parent, value = at(data, path[:-1]), _copy(at(data, path))
    if isinstance(parent, list):
        parent.append(value)
    else:
        parent[f"{path[-1]}{source.choice(['', '2', '.lr', '-', ' '])}"] = value


def _splice(data: Any, path: tuple[Any, ...], others: Sequence[Any], source: random.Random) -> None:
    other = source.choice(others)
    chosen = source.choice(paths(other))
    parent = at(data, path[:-1])
    if isinstance(parent, dict):
        parent[chosen[-1] if isinstance(chosen[-1], str) else "x"] = _copy(at(other, chosen))
    else:
        parent[path[-1]] = _copy(at(other, chosen))


def _retype(data: Any, path: tuple[Any, ...], others: Sequence[Any], source: random.Random) -> None:
    value = at(data, path)
    kinds = [[value], {"a": value}, str(value), list(value) if isinstance(value, dict) else None]
    at(data, path[:-1])[path[-1]] = source.choice(kinds)


ACTIONS = {"put": _put, "drop": _drop, "swap": _swap, "double": _double, "splice": _splice, "retype": _retype}
