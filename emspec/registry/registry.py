"""Lookups: a name of the registry -> the frozen value it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from emspec.errors import Problem, SpecError
from emspec.files import is_regular, sha256_file
from emspec.model.json import JsonObject
from emspec.model.records import DatasetRecord, FileRef, Measure, ModelRecord, Persona, Pins, QuestionSet
from emspec.registry import files, lock
from emspec.registry.project import Project
from emspec.schema import completed
from emspec.source import Document, KeyPath

PINNED = ("personas", "questions", "datasets")
"""What has digests that can be pinned."""


@dataclass(frozen=True)
class PersonaSet:
    """One version of the personas, with the panels made of them; what it extends is included."""

    version: str
    personas: Mapping[str, Persona]
    panels: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class RegistryRecipe:
    """A recipe of the registry: the step kind it is for, and every field."""

    name: str
    kind: str
    fields: JsonObject


@dataclass(frozen=True)
class Registry:
    """The registry of the project at `root`. Lookups raise RegistryError or SpecError for files that cannot be used."""

    root: Path
    _read: dict[tuple[str, str], Document] = field(default_factory=dict, repr=False, compare=False)
    _names: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def project(self) -> Project:
        """The project that the registry belongs to."""
        return Project(self.root)

    @cached_property
    def released(self) -> Mapping[str, str]:
        """Digests of the released files, by path relative to the registry's folder."""
        return lock.locked(self.project.registry)

    def names(self, folder: str) -> tuple[str, ...]:
        """Return what a folder of the registry holds, or held at a release, sorted."""
        if folder not in self._names:
            released = (name for within, name in map(_split, self.released) if within == folder)
            self._names[folder] = tuple(sorted({*files.names(self.project.registry, folder), *released}))
        return self._names[folder]

    def verify(self) -> None:
        """Read every file, and look up the names in it.

        RegistryError for the first released one, or file of a model, that is missing or changed; SpecError for the
        first that is malformed.
        """
        for name in self.released:
            files.load(self.project.registry, *_split(name), self.released)
        within: Mapping[str, Callable[[str], object]] = {"personas": self.personas, "questions": self.questions}
        for folder in files.FOLDERS:
            for name in self.names(folder):
                self.document(folder, name)
                within.get(folder, str)(name)
        for name in self.names("models"):
            files.check_model(self.project.registry, name, self.document("models", name))

    def personas(self, version: str, below: tuple[str, ...] = ()) -> PersonaSet:
        """Return a version of the personas; `below` are the versions that extend it."""
        document = self.document("personas", version)
        data = document.data
        base = PersonaSet(version, {}, {})
        if "extends" in data:
            base = self.personas(self._extended(document, (*below, version)), (*below, version))
        own = {name: Persona(name, text) for name, text in data["personas"].items()}
        personas = {**base.personas, **own}
        panels = {name: tuple(members) for name, members in data.get("panels", {}).items()}
        for name, members in panels.items():
            for index, member in enumerate(members):
                if member not in personas:
                    raise _bad(document, ("panels", name, index), f"there is no persona {member}", "add it to personas")
        return PersonaSet(version, personas, {**base.panels, **panels})

    def questions(self, name: str, below: tuple[str, ...] = ()) -> QuestionSet:
        """Return a question set: those that it includes first, then its own, without repeats."""
        document = self.document("questions", name)
        if name in below or len(below) > 20:
            raise _bad(document, ("includes",), f"{name} includes itself", "take it out of includes")
        found: list[str] = []
        for index, part in enumerate(document.data.get("includes", ())):
            if part not in self.names("questions"):
                raise _bad(document, ("includes", index), f"there is no question set {part}", "correct the name")
            found.extend(self.questions(part, (*below, name)).questions)
        found.extend(document.data.get("questions", ()))
        return QuestionSet(name, tuple(dict.fromkeys(found)))

    def model(self, name: str) -> ModelRecord:
        """Return a model: of the hub at a revision, or a folder beside its file in the registry."""
        document = self.document("models", name)
        data = document.data
        shared = (name, data["dtype"], data["parameters"], data["context"])
        if "hub" in data:
            identity = {"hub": data["hub"], "revision": data["revision"], "dtype": data["dtype"]}
            return ModelRecord(*shared, identity, hub=data["hub"], revision=data["revision"])
        if "folder" not in data:
            raise _bad(document, (), "a model needs hub and revision, or folder and files", "add one of the two")
        folder = self.project.registry / "models" / data["folder"]
        return ModelRecord(*shared, {"files": data["files"], "dtype": data["dtype"]}, folder=str(folder))

    def dataset(self, name: str) -> DatasetRecord:
        """Return a data set. A source with `file` names a file of the project; its digest stands for it in keys."""
        document = self.document("datasets", name)
        data = document.data
        contract = {name: data[name] for name in ("rows", "md5", "sha256") if name in data}
        source = dict(data["source"])
        if "file" not in source:
            return DatasetRecord(name, data["backend"], source, contract)
        path = self.project.inside(source["file"])
        if path is None or not is_regular(path):
            what = "leads out of the project" if path is None else "is not there"
            raise _bad(
                document, ("source", "file"), f"{source['file']} {what}", "name a file below the project's folder"
            )
        reference = FileRef("file", str(path), sha256_file(path))
        return DatasetRecord(name, data["backend"], {**source, "file": reference.sha256}, contract, (reference,))

    def recipe(self, name: str) -> RegistryRecipe:
        """Return a recipe with all of its fields."""
        data = self.document("recipes", name).data
        fields = completed(data["recipe"], files.recipe_schema(data["kind"]))
        return RegistryRecipe(name, data["kind"], fields)

    def measure(self, name: str) -> Measure:
        """Return a measure: published values by persona."""
        data = self.document("measures", name).data
        return Measure(name, data["source"], {persona: float(value) for persona, value in data["values"].items()})

    def pins(self, name: str) -> Pins:
        """Return a pin set: the digests of somebody's texts and data."""
        data = self.document("pins", name).data
        return Pins(name, data["source"], {kind: data.get(kind, {}) for kind in PINNED})

    def document(self, folder: str, name: str) -> Document:
        """Return a file as it is written, checked against the lock and the schema of its folder."""
        if (folder, name) not in self._read:
            self._read[folder, name] = files.load(self.project.registry, folder, name, self.released)
        return self._read[folder, name]

    def _extended(self, document: Document, below: tuple[str, ...]) -> str:
        version: str = document.data["extends"]
        if version in below:
            raise _bad(document, ("extends",), f"version {version} extends itself", "name an older version")
        if version not in self.names("personas"):
            raise _bad(document, ("extends",), f"there is no version {version}", "name an older version")
        return version


def _split(name: str) -> tuple[str, str]:
    folder, _, file = name.partition("/")
    return folder, file.removesuffix(".yaml")


def _bad(document: Document, path: KeyPath, message: str, fix: str) -> SpecError:
    place = document.value(path) if path else document.key(path)
    return SpecError([Problem("error", "R101", place, message, fix)])
