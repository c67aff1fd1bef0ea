"""The registry: personas, questions, models, data sets, recipes, measures by name; released versions are immutable."""

from emspec.files import sha256_file
from emspec.registry.files import FOLDERS, file_schema, recipe_fields
from emspec.registry.project import Project, find_project
from emspec.registry.registry import PersonaSet, Registry, RegistryRecipe
from emspec.registry.releases import release_all

__all__ = [
    "FOLDERS",
    "PersonaSet",
    "Project",
    "Registry",
    "RegistryRecipe",
    "file_schema",
    "find_project",
    "recipe_fields",
    "release_all",
    "sha256_file",
]
