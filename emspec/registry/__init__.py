"""The registry: personas, questions, models, data sets, recipes, measures by name; released versions are immutable."""

from emspec.files import sha256_file
from emspec.registry.files import recipe_fields
from emspec.registry.project import Project, find_project
from emspec.registry.registry import PersonaSet, Registry, RegistryRecipe
from emspec.registry.releases import release_all

__all__ = [
    "PersonaSet",
    "Project",
    "Registry",
    "RegistryRecipe",
    "find_project",
    "recipe_fields",
    "release_all",
    "sha256_file",
]
