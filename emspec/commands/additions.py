"""`emspec registry add persona | questions | recipe` and `emspec registry import FILE`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import click
from rich.console import Console

from emspec.console.registry import print_added
from emspec.errors import UsageError
from emspec.registry import Registry, find_project
from emspec.registry.additions import Added, add_persona, add_questions, add_recipe
from emspec.registry.imports import import_personas, import_questions
from emspec.registry.intake import read_personas, read_questions
from emspec.source import text_of

about_option = click.option("--about", default="", help="A remark for the first line of the file.")


@click.group()
def add() -> None:
    """Add a persona, a question set or a recipe, as a new file; what is released does not change."""


@add.command("persona")
@click.argument("name")
@click.argument("text", required=False)
@click.option("--file", type=click.Path(path_type=Path), help="Take the text from a file, to the byte.")
@click.option("--version", help="The draft to add to, or the version to begin; by default the next.")
@about_option
def persona_command(name: str, text: str | None, file: Path | None, version: str | None, about: str) -> int:
    """Add the persona NAME with the system prompt TEXT to a version that is not released yet."""
    if (text is None) == (file is None):
        what = "the text is given twice" if file else "the text is missing"
        raise UsageError(what, f'emspec registry add persona {name} "You are ...", or with --file FILE')
    written = text if file is None else text_of(file)
    return _said(add_persona(_registry(), name, written or "", version, about))


@add.command("questions")
@click.argument("name")
@click.argument("questions", nargs=-1)
@click.option("--includes", multiple=True, metavar="SET", help="A question set whose questions come first.")
@about_option
def questions_command(name: str, questions: tuple[str, ...], includes: tuple[str, ...], about: str) -> int:
    """Add the question set NAME."""
    return _said(add_questions(_registry(), name, questions, includes, about))


@add.command("recipe")
@click.argument("name")
@click.argument("changes", nargs=-1, metavar="FIELD=VALUE...")
@click.option("--base", required=True, help="The recipe that it differs from.")
@about_option
def recipe_command(name: str, changes: tuple[str, ...], base: str, about: str) -> int:
    """Add the recipe NAME: all fields of another, with some changed."""
    return _said(add_recipe(_registry(), name, base, changes, about))


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--version", help="Import prompts, as this new version of the personas.")
@click.option("--extends", help="The version whose other personas and panels the new one keeps.")
@click.option("--as", "target", metavar="questions/NAME", help="Import questions, as this new question set.")
@click.option("--first", type=click.IntRange(min=1), help="The first questions only.")
@about_option
def import_command(file: Path, about: str, **values: Any) -> int:
    """Import the texts of FILE (JSON, CSV or YAML), to the byte, as prompts or as questions.

    Prompts are {name: text}, a list of {name, text}, a table with the columns name and text, or the personas.json that
    issue #205 published. Questions are a list of texts, a table with the column question, or recorded replies.
    """
    registry = _registry()
    if _wanted(values) == "prompts":
        added = import_personas(registry, read_personas(file), values["version"], values["extends"], about)
    else:
        name = values["target"].partition("/")[2]
        added = import_questions(registry, read_questions(file), name, values["first"], about)
    return _said(added)


def _wanted(values: Mapping[str, Any]) -> Literal["prompts", "questions"]:
    """Return what the texts of an import are to become; UsageError where the options do not say it, or two things."""
    version, target = values["version"], values["target"]
    if (version is None) == (target is None):
        what = "say what the texts are to become" if target is None else "--version and --as do not go together"
        raise UsageError(what, "prompts: --version 2.0.0 [--extends 1.1.0]; questions: --as questions/NAME")
    if version is not None and values["first"] is not None:
        raise UsageError("--first is for questions", "leave it out")
    if target is not None and not target.startswith("questions/"):
        raise UsageError(f"--as takes questions/NAME, not {target}", "for example --as questions/mine")
    if target is not None and values["extends"] is not None:
        raise UsageError("--extends is for prompts", "leave it out")
    return "prompts" if target is None else "questions"


def _said(added: Added) -> int:
    print_added(Console(highlight=False), added)
    return 0


def _registry() -> Registry:
    return Registry(find_project(Path.cwd()).root)
