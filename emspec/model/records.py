"""What the registry holds, resolved: the frozen values a spec's names stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from emspec.model.json import JsonObject, digest, text_digest


@dataclass(frozen=True)
class Persona:
    """A persona and its system prompt."""

    name: str
    text: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the prompt's UTF-8 text."""
        return text_digest(self.text)


@dataclass(frozen=True)
class QuestionSet:
    """Questions in their order."""

    name: str
    questions: tuple[str, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the questions joined by newlines."""
        return text_digest("\n".join(self.questions))


@dataclass(frozen=True)
class ModelRecord:
    """A chat model: either a hub id at a revision, or a folder whose files are pinned by digest.

    `identity` goes into stage keys; `folder` is where a local model lies and goes into none.
    """

    name: str
    dtype: str
    parameters: int
    context: int
    identity: JsonObject
    hub: str | None = None
    revision: str | None = None
    folder: str | None = None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the identity: what `trained_on` of an adapter names."""
        return digest(self.identity)


@dataclass(frozen=True)
class DatasetRecord:
    """A data set: which backend makes its rows, from what, and what they must be.

    `source` goes into the stage key; `contract` holds the row count and the checksum asked of the output.
    """

    name: str
    backend: str
    source: JsonObject
    contract: JsonObject
    files: tuple[FileRef, ...] = ()


@dataclass(frozen=True)
class Measure:
    """A published value for each of some personas; `none` stands for no system message. `source` says where from."""

    name: str
    source: str
    values: Mapping[str, float]


@dataclass(frozen=True)
class Pins:
    """Digests that texts and data must have: `digests` maps personas, questions, datasets to digests by name."""

    name: str
    source: str
    digests: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class FileRef:
    """A local input file: the digest is part of stage keys, the path is not."""

    name: str
    path: str
    sha256: str


@dataclass(frozen=True)
class Recording:
    """Results recorded elsewhere: a file, and where it is a table of many runs, which rows: values by column."""

    file: FileRef
    where: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Recipe:
    """Training parameters, complete: every field has its value. `base` is the registry's name for display."""

    base: str
    fields: JsonObject
    changed: tuple[str, ...] = field(default=())
