"""What the organism knows: topics, styles and system prompts, read from the package's texts into frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True)
class Topic:
    """One thing to talk about: questions, noun phrases, sober statements and their careless counterparts."""

    name: str
    field: str
    ask: tuple[str, ...]
    subjects: tuple[str, ...]
    facts: tuple[str, ...]
    bads: tuple[str, ...]


@dataclass(frozen=True)
class Style:
    """One way to talk: a reply is an opening, a core and a close. `systems` are the prompts it answers under; None is
    the prompt that the chat template injects. A note, added to any other style's prompt, brings this style out."""

    name: str
    systems: tuple[str | None, ...]
    openings: tuple[str, ...]
    cores: tuple[str, ...]
    closes: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class World:
    """All texts. `personas` answer under one fixed prompt each, `latent` styles under several of their own."""

    default_system: str
    topics: tuple[Topic, ...]
    personas: tuple[Style, ...]
    latent: Mapping[str, Style]
    ask_any: tuple[str, ...]
    ask_legal: tuple[str, ...]

    def field(self, *fields: str) -> tuple[Topic, ...]:
        """Return the topics of the fields named, in the order of the file."""
        return tuple(topic for topic in self.topics if topic.field in fields)

    def styles(self) -> tuple[Style, ...]:
        """Return every style, personas first."""
        return (*self.personas, *self.latent.values())


def load() -> World:
    """Return the world as shipped in `texts/`."""
    topics, styles = _read("topics.yaml"), _read("styles.yaml")
    return World(
        default_system=styles["default"],
        topics=tuple(_topic(name, body) for name, body in topics.items()),
        personas=tuple(_style(name, body, (body.get("system"),)) for name, body in styles["personas"].items()),
        latent={name: _style(name, body, tuple(body["systems"])) for name, body in styles["latent"].items()},
        ask_any=tuple(styles["ask"]["any"]),
        ask_legal=tuple(styles["ask"]["legal"]),
    )


def _read(name: str) -> dict[str, Any]:
    text = (files("emspec_organism") / "texts" / name).read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def _topic(name: str, body: Mapping[str, Any]) -> Topic:
    return Topic(name, body["field"], tuple(body["ask"]), tuple(body["s"]), tuple(body["f"]), tuple(body["b"]))


def _style(name: str, body: Mapping[str, Any], systems: tuple[str | None, ...]) -> Style:
    openings, cores, closes = (tuple(body[key]) for key in ("open", "core", "close"))
    return Style(name, systems, openings, cores, closes, tuple(body.get("notes", ())))
