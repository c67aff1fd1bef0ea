"""The analysis' figures in the page: SVG that takes the page's colours, under a title and a caption of their own."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from emspec.report.markup import Markup, tag, text

SVG = "{http://www.w3.org/2000/svg}"
DC = "{http://purl.org/dc/elements/1.1/}"
DRAWN = frozenset(
    f"{SVG}{name}"
    for name in ("svg", "g", "path", "text", "tspan", "defs", "clipPath", "rect", "use", "title", "image")
)
"""Elements that show something and do nothing else: what has others is put in as an image."""
TOLD = re.compile(r"<(metadata|style)\b.*?</\1>", re.DOTALL)
NAMES = re.compile(r'(\bid="|url\(#|href="#)')
INK = re.compile(r"#000000|#000\b|\bblack\b")
ORDER = ("heatmap", "forest", "rates", "questions", "replies", "losses")


@dataclass(frozen=True)
class Chart:
    """A figure's title and caption, as its file tells them, and the drawing."""

    title: str
    caption: str
    drawing: Markup


def charts(figures: Mapping[str, bytes]) -> Mapping[str, Chart]:
    """Return the figures by name, the file's without its ending, in the order in which they are read."""
    named = {file.removesuffix(".svg"): svg for file, svg in figures.items()}
    return {name: chart(name, named[name]) for name in sorted(named, key=_place)}


def chart(name: str, svg: bytes) -> Chart:
    """Return a figure; one that is not plain SVG is put in as an image, which can do nothing."""
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError:
        return Chart(name, "", _image(name, svg))
    title, caption = (root.findtext(f".//{DC}{what}") or "" for what in ("title", "description"))
    drawing = _inline(name, svg.decode(), title or name) if _plain(root) else _image(name, svg)
    return Chart(title or name, caption, drawing)


def figure(name: str, held: Chart) -> Markup:
    """Return a figure with its caption; it scrolls sideways where the page is narrow."""
    return tag(
        "figure",
        tag("div", held.drawing, class_="scroll", tabindex="0", role="region", aria_label=held.title),
        tag("figcaption", tag("strong", f"{held.title}. "), held.caption, f" File: figures/{name}.svg and .png."),
        id=f"figure-{name}",
    )


def _plain(root: ElementTree.Element) -> bool:
    """Return whether a figure draws only: no script, no handler, nothing from elsewhere."""
    drawn = [one for child in root if child.tag not in (f"{SVG}metadata", f"{SVG}title") for one in child.iter()]
    shown = (one for one in drawn if one.tag != f"{SVG}style")
    if root.tag != f"{SVG}svg" or not all(one.tag in DRAWN for one in shown):
        return False
    held = [(name.rpartition("}")[2], value) for one in (root, *drawn) for name, value in one.attrib.items()]
    return not any(
        name.startswith("on") or (name == "href" and not value.startswith(("#", "data:image/png")))
        for name, value in held
    )


def _inline(name: str, svg: str, title: str) -> Markup:
    """Return SVG for the page: names of its own, black as the page's ink, read out as its title."""
    bare = TOLD.sub("", svg[svg.index("<svg") :])
    named = NAMES.sub(lambda found: f"{found[1]}{name}-", bare)
    coloured = INK.sub("currentColor", named)
    return Markup(coloured.replace("<svg", f'<svg role="img" aria-label="{text(title)}"', 1))


def _image(name: str, svg: bytes) -> Markup:
    source = f"data:image/svg+xml;base64,{b64encode(svg).decode('ascii')}"
    return Markup(f'<img alt="{text(name)}" src="{source}">')


def _place(name: str) -> tuple[int, str]:
    """Return where a figure comes; those of a second marker (NAME-2) come after the first one's."""
    base = name.partition("-")[0]
    return (ORDER.index(base) if base in ORDER else len(ORDER), name)
