"""Profiles: what is laid over a spec so that it runs on this machine, at this size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emspec.errors import Problem, SpecError
from emspec.language.fields import Setting, Settings, Spot
from emspec.language.joined import profile_schema
from emspec.language.written import as_numbers
from emspec.model.plugin import Catalog
from emspec.registry import Project
from emspec.schema import nearest, problems
from emspec.source import Document, read


@dataclass(frozen=True)
class Profile:
    """A profile, what it extends included: replacements of names, fields by step kind, backends by stage kind."""

    name: str
    note: str
    device: str
    models: Settings
    data: Settings
    recipes: Settings
    kinds: Mapping[str, Settings]
    backends: Settings


def load_profile(name: str, project: Project, catalog: Catalog) -> Profile:
    """Return the profile of a name; SpecError where there is none or it is not well formed."""
    chain = _chain(name, project, catalog)
    kinds = {kind for document in chain for kind in document.data.get("kinds", {})}
    return Profile(
        name=name,
        note=_last(chain, "note", ""),
        device=_last(chain, "device", "cpu"),
        models=_merged(chain, "models"),
        data=_merged(chain, "data"),
        recipes=_merged(chain, "recipes"),
        kinds={kind: _merged(chain, "kinds", kind) for kind in sorted(kinds)},
        backends=_merged(chain, "backends"),
    )


def _chain(name: str, project: Project, catalog: Catalog) -> list[Document]:
    """Return the documents of a profile and all it extends, the most basic first."""
    known = sorted(path.stem for path in project.profiles.glob("*.yaml"))
    if name not in known:
        raise SpecError([Problem("error", "S108", None, f"there is no profile {name}", nearest(name, known))])
    schema = profile_schema(catalog)
    chain: list[Document] = []
    seen: list[str] = []
    while name:
        document = as_numbers(read(project.profiles / f"{name}.yaml"), catalog)
        found = [*document.problems, *problems(document, schema)]
        if found:
            raise SpecError(found)
        chain.insert(0, document)
        seen.append(name)
        name = document.data.get("extends", "")
        if name in seen or (name and name not in known):
            what = "extends itself" if name in seen else f"extends {name}, which is not there"
            choices = (one for one in known if one not in seen)
            spot = document.value(("extends",))
            raise SpecError([Problem("error", "S108", spot, f"the profile {what}", nearest(name, choices))])
    return chain


def _last(chain: list[Document], field: str, default: str) -> str:
    given = [document.data[field] for document in chain if field in document.data]
    return str(given[-1]) if given else default


def _merged(chain: list[Document], *path: str) -> Settings:
    found: dict[str, Setting] = {}
    for document in chain:
        section: Any = document.data
        for name in path:
            section = section.get(name, {})
        found |= {key: Setting(value, Spot(document, (*path, key))) for key, value in section.items()}
    return found
