"""The registry's files, texts and differences, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.text import Text

from emspec.console.paths import short
from emspec.registry.additions import Added
from emspec.registry.catalogue import Item, Shown
from emspec.registry.differences import Change, Difference, words

DIGITS = 12
"""How much of a digest is shown."""
VERSION = 1
"""Raised when a key of the JSON changes its meaning or goes away; new keys may come at any time."""
_MARKS = {"same": ("", "", ""), "removed": ("[-", "-]", "red"), "added": ("{+", "+}", "green")}


def print_items(console: Console, items: Sequence[Item]) -> None:
    """Print the files of each folder, what each is about beneath it, and how many of them are drafts."""
    names, holds = [item.name for item in items], [item.holds for item in items]
    widths = [max((len(text) for text in column), default=0) for column in (names, holds)]
    for folder in dict.fromkeys(item.folder for item in items):
        console.print(Text(folder, "bold"))
        for item in (item for item in items if item.folder == folder):
            state = ("released", "green") if item.released else ("draft   ", "yellow")
            row = f"   {item.name:<{widths[0]}}  {item.holds:<{widths[1]}}  "
            console.print(Text.assemble(row, state, f"  {item.sha256[:DIGITS]}"), soft_wrap=True)
            if item.about:
                console.print(Text(f"      {item.about}", "dim"), soft_wrap=True)
    drafts = sum(not item.released for item in items)
    console.print(f"{len(items)} file(s), {drafts} draft(s)" + ("; emspec registry release" if drafts else ""))


def items_json(items: Sequence[Item]) -> str:
    """Return files as a JSON object."""
    return _json({"version": VERSION, "files": [asdict(item) for item in items]})


def print_shown(console: Console, shown: Shown) -> None:
    """Print everything about one name; a text as it is, between rules."""
    console.print(Text(shown.what, "bold"))
    for label, value in shown.facts.items():
        if value:
            console.print(Text.assemble((f"   {label}: ", "dim"), value), soft_wrap=True)
    if shown.text is not None:
        console.print(Text(shown.text), soft_wrap=True)
    for name, text in shown.parts:
        console.print(Text.assemble((f"   {name}: ", "cyan"), " ".join(text.split())), soft_wrap=True)


def shown_json(shown: Shown) -> str:
    """Return everything about one name as a JSON object."""
    facts = {label: value for label, value in shown.facts.items() if value}
    return _json({"version": VERSION, "what": shown.what, "facts": facts, "text": shown.text, "parts": shown.parts})


def print_difference(console: Console, found: Difference) -> None:
    """Print what was removed, added and changed; in a changed text [-words that went-] and {+words that came+}."""
    console.print(Text(f"{found.first} -> {found.second}", "bold"))
    for change in found.changes:
        console.print(_change(change), soft_wrap=True)
    console.print(f"{len(found.changes)} difference(s), {found.same} the same")


def difference_json(found: Difference) -> str:
    """Return a difference as a JSON object."""
    return _json({"version": VERSION, **asdict(found)})


def print_added(console: Console, added: Added) -> None:
    """Print a file that was written, the digest of each of its texts, and what to do next."""
    console.print(f"wrote {short(added.path)}", soft_wrap=True, markup=False)
    for name, digest in added.texts:
        label = " ".join(name.split())
        console.print(Text(f"   {digest[:DIGITS]}  {label}" if digest else f"   {label} changed"), soft_wrap=True)
    if added.digest:
        console.print(f"the questions, joined by newlines: sha256 {added.digest}", soft_wrap=True)
    if added.unread:
        console.print(Text(f"holds no texts, left out: {', '.join(added.unread)}", "yellow"), soft_wrap=True)
    console.print("it is a draft until: emspec registry release")


def _change(change: Change) -> Text:
    text = Text()
    if change.before is None or change.after is None:
        kind = "added" if change.before is None else "removed"
        said = (change.after if change.before is None else change.before) or ""
        text.append(f"{kind} {change.name}: ", _MARKS[kind][2])
        return text.append(" ".join(said.split()))
    text.append(f"changed {change.name}: ", "yellow")
    for kind, part in words(change.before, change.after):
        opening, closing, colour = _MARKS[kind]
        text.append(f"{opening}{part}{closing}", colour)
    return text


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
