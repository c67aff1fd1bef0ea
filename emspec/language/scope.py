"""What names are looked up in while a spec is resolved, and where problems and replacements are noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from emspec.errors import Place, Problem, SpecError
from emspec.language.fields import Settings
from emspec.language.profile import Profile
from emspec.model.records import Persona
from emspec.registry import PersonaSet, Project, Registry
from emspec.schema import nearest

T = TypeVar("T")


@dataclass
class Notes:
    """What was found on the way: problems, what the profile replaced, as (what, from) -> to, and its backends that the
    spec or the command line replaced, in words.
    """

    problems: list[Problem] = field(default_factory=list)
    replacements: dict[tuple[str, str], str] = field(default_factory=dict)
    swaps: list[str] = field(default_factory=list)

    def error(self, code: str, place: Place | None, message: str, fix: str) -> None:
        """Note an error; the resolution goes on, to find the others too."""
        self.problems.append(Problem("error", code, place, message, fix))


@dataclass(frozen=True)
class Scope:
    """The registry, the spec's version of the personas ("" where it is not known), the profile, the model's context."""

    registry: Registry
    personas: PersonaSet
    profile: Profile
    context: int
    notes: Notes
    known: dict[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        """The project of the spec."""
        return self.registry.project

    def persona(self, name: str, place: Place, panels: Iterable[str] = ()) -> Persona | None:
        """Return a persona by name, or note that there is none; `panels` could have been meant too."""
        if name in self.personas.personas:
            return self.personas.personas[name]
        if not self.personas.version:
            return None
        nouns = "persona or panel" if panels else "persona"
        what = f"there is no {nouns} {name} in version {self.personas.version}"
        self.notes.error("S104", place, what, nearest(name, [*self.personas.personas, *panels]))
        return None

    def listed(self, folder: str, name: str, place: Place, load: Callable[[str], T]) -> T | None:
        """Return what the registry's folder holds under a name, or note that it holds nothing, or nothing usable."""
        known = self.registry.names(folder)
        if name not in known:
            self.notes.error("S104", place, f"registry/{folder} holds no {name}", nearest(name, known))
            return None
        try:
            if (folder, name) not in self.known:
                self.known[folder, name] = load(name)
            found: T = self.known[folder, name]
            return found
        except SpecError as error:
            self.notes.problems.extend(error.problems)
            return None

    def replaced(self, what: str, name: str, place: Place, by: Settings) -> tuple[str, Place]:
        """Return the name that the profile puts in the place of one of the spec's, and where that was written."""
        if name not in by:
            return name, place
        self.notes.replacements[what, name] = str(by[name].value)
        return str(by[name].value), by[name].spot.value()
