"""What a backend has to leave behind: the files of its stage's kind, and none that is the store's own."""

from __future__ import annotations

from collections.abc import Sequence

from emspec.model.stage import REQUIRED_FILES, Output, Stage
from emspec.store.files import MANIFEST


def breach(stage: Stage, outputs: Sequence[Output]) -> str:
    """Return in what a stage's files break the contract, empty where they keep it."""
    wrote = {output.name for output in outputs}
    missing = [name for name in REQUIRED_FILES.get(stage.kind, ()) if name not in wrote]
    if MANIFEST in wrote:
        return f"the backend {stage.backend} wrote {MANIFEST}, a name that the store keeps for itself"
    if missing:
        return f"the stage ended well but its backend {stage.backend} did not write {', '.join(missing)}"
    return "" if wrote else f"the stage ended well but its backend {stage.backend} wrote no file"
