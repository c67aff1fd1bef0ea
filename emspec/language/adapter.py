"""Adapter steps: a LoRA adapter that exists already, in a folder of the project or on the hub."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from emspec.errors import Place
from emspec.files import is_folder, is_regular
from emspec.language.fields import StepText
from emspec.language.panels import pairs_of, panel_of
from emspec.language.scope import Scope
from emspec.model.json import Json
from emspec.model.records import FileRef
from emspec.model.step import AdapterStep, Roles
from emspec.registry import sha256_file

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
UNVERIFIED = "unverified"
_DIGEST = re.compile("[0-9a-f]{64}")
_HUB = re.compile(r"(?P<hub>[\w.-]+/[\w.-]+)@(?P<revision>[0-9a-f]{40})")


def adapter_of(step: StepText, scope: Scope) -> AdapterStep | None:
    """Return the adapter that a step names, its files read as far as the key needs; None where something is wrong."""
    written = step.values.get("from")
    trained_on = _trained_on(step, scope)
    roles = _roles(step, scope)
    if written is None or trained_on is None or roles is None:
        return None
    base = None if trained_on == UNVERIFIED else trained_on
    pinned: dict[str, Json] = {"sha256": step.values["sha256"]} if "sha256" in step.values else {}
    hub = _HUB.fullmatch(written)
    if hub:
        return AdapterStep(step.name, written, {**hub.groupdict(), **pinned}, base, None, roles)
    folder = _folder(written, step, scope)
    if folder is None:
        return None
    files = tuple(FileRef(name, str(folder / name), sha256_file(folder / name)) for name in (CONFIG, WEIGHTS))
    digests: dict[str, Json] = {"config": files[0].sha256, "sha256": files[1].sha256}
    if pinned and pinned["sha256"] != digests["sha256"]:
        what = f"{WEIGHTS} has the digest {digests['sha256']}"
        scope.notes.error("S107", step.place("sha256"), what, "name the right folder, or correct the digest")
    recorded = _recorded(folder / CONFIG, step.place("from"), scope)
    return AdapterStep(step.name, written, digests, base, recorded, roles, files) if recorded is not None else None


def _trained_on(step: StepText, scope: Scope) -> str | None:
    """Return the digest of the model that the adapter was trained on, or `unverified`; None where that is wrong."""
    written = step.values.get("trained_on")
    if written is None or written == UNVERIFIED or _DIGEST.fullmatch(written):
        return written
    name, place = scope.replaced("model", written, step.place("trained_on"), scope.profile.models)
    model = scope.listed("models", name, place, scope.registry.model)
    return model.digest if model else None


def _roles(step: StepText, scope: Scope) -> Roles | None:
    written: dict[str, Any] = step.values.get("roles", {})
    before = len(scope.notes.problems)
    named = written.get("induction")
    induction = scope.persona(named, step.place("roles", "induction")) if named else None
    pairs = pairs_of(step, scope, ("roles",)) if "pairs" in written else ()
    negatives = panel_of(step, ("roles", "negatives"), scope)
    return Roles(induction, pairs, negatives) if len(scope.notes.problems) == before else None


def _folder(written: str, step: StepText, scope: Scope) -> Path | None:
    place = step.place("from")
    folder = scope.project.inside(written)
    fix = "name a folder of the project, or ORG/NAME@COMMIT of the hub, the commit with its 40 hexadecimal digits"
    if folder is None:
        scope.notes.error("S107", place, f"{written} leads out of the project", fix)
    elif "@" in written:
        scope.notes.error("S101", place, f"{written} is no adapter of the hub at a commit", fix)
    elif not is_folder(folder):
        scope.notes.error("S107", place, f"there is no folder {written}", fix)
    else:
        lacking = [name for name in (CONFIG, WEIGHTS) if not is_regular(folder / name)]
        if not lacking:
            return folder
        what = f"{written} has no {' and no '.join(lacking)}"
        scope.notes.error("S107", place, what, "name the folder of an adapter in PEFT's layout")
    return None


def _recorded(path: Path, place: Place, scope: Scope) -> str | None:
    """Return what an adapter's configuration says it was trained on, "" for nothing; None where it is of no use."""
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        found = config.get("base_model_name_or_path") or ""
        revision = config.get("revision")
    except (OSError, ValueError, AttributeError, RecursionError):
        what = f"{path.name} of the adapter is not JSON as PEFT writes it"
        scope.notes.error("S107", place, what, "save the adapter again, with save_pretrained")
        return None
    return f"{found}@{revision}" if found and revision else str(found)
