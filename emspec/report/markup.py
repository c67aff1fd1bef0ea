"""HTML built from values: text is escaped unless it is Markup already."""

from __future__ import annotations

from html import escape


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(value: str) -> Markup:
    """Return text as HTML; Markup as it is."""
    return value if isinstance(value, Markup) else Markup(escape(value, quote=True))


def join(*parts: str) -> Markup:
    """Return parts one after another, escaped where they are text."""
    return Markup("".join(text(part) for part in parts))


def tag(name: str, *children: str, **attributes: str) -> Markup:
    """Return an element; `class_` stands for the class attribute, and other underscores for hyphens."""
    given = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return Markup(f"<{name}{given}>{join(*children)}</{name}>")
