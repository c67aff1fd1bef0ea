"""What earlier runs left: the documents in the store, and which of them belong to one spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emspec.model.json import JsonObject


@dataclass(frozen=True)
class Stored:
    """A result's expanded key document, the label it was made under, and by which emspec ("" where not recorded)."""

    key: str
    document: JsonObject
    label: str
    emspec: str = ""


@dataclass(frozen=True)
class History:
    """All stored results by key, and what the last runs of one spec called theirs: label to key.

    A key in `labels` that is not in `stored` belongs to a result that is no longer there.
    """

    stored: Mapping[str, Stored] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
