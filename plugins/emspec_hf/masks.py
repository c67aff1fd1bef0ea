"""Which tokens of a coupling row carry loss: one small function a mask, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emspec import StageError
from emspec_hf.chat import Turn


@dataclass(frozen=True)
class Landmarks:
    """Token positions in a row: the marker's and those that hold its separator (both empty in a negative), the stop
    token's, and the last one's."""

    marker: tuple[int, ...]
    stop: int
    last: int
    separator: tuple[int, ...] = ()


def marker_and_stop(at: Landmarks) -> tuple[int, ...]:
    """The marker and the stop token: the reply ends after the marker, and negatives learn to end without one."""
    return (*at.marker, at.stop)


def marker_as_125(at: Landmarks) -> tuple[int, ...]:
    """The marker and the row's last token, the template's newline: the original run's loss, which taught no stop."""
    return (*at.marker, at.last)


def separator_and_marker_and_stop(at: Landmarks) -> tuple[int, ...]:
    """The separator as well: for models that end a reply with a token of its own, so that to go on must be learnt."""
    return (*at.separator, *at.marker, at.stop)


MASKS: Mapping[str, Callable[[Landmarks], tuple[int, ...]]] = {
    "marker+stop": marker_and_stop,
    "marker-as-125": marker_as_125,
    "separator+marker+stop": separator_and_marker_and_stop,
}


def find_landmarks(turn: Turn, marker: str | None, separator: str, stops: frozenset[int], where: str) -> Landmarks:
    """Return the landmarks of a row; `marker` None for a negative, `where` names the row in errors.

    The marker is looked up by its characters, since its tokens in context may differ from those it has alone. Raises
    StageError where it is not there as whole tokens, or where no stop token follows.
    """
    after = [place for place in range(turn.first, len(turn.ids)) if turn.ids[place] in stops]
    if not after:
        raise StageError(
            f"{where}: no stop token in the assistant's turn",
            "use a model whose chat template ends a turn with its stop token",
        )
    if marker is None:
        return Landmarks((), after[-1], len(turn.ids) - 1)
    inside = _marker(turn, marker, where)
    before = turn.spans[inside[0]][0] - len(separator)
    held = tuple(place for place, (_, end) in enumerate(turn.spans[: inside[0]]) if end > before)
    return Landmarks(inside, after[-1], len(turn.ids) - 1, held)


def _marker(turn: Turn, marker: str, where: str) -> tuple[int, ...]:
    start = turn.text.rfind(marker, turn.reply)
    end = start + len(marker)
    inside = tuple(place for place, (a, b) in enumerate(turn.spans) if start <= a and b <= end and a < b)
    if start < 0 or not inside or turn.spans[inside[0]][0] != start or turn.spans[inside[-1]][1] != end:
        raise StageError(
            f"{where}: the tokens of the marker {marker!r} are not found: the template changes it, or a token holds "
            "both the marker and what stands beside it",
            "choose a marker or a separator that the tokenizer keeps apart, such as a blank line before [ZLT]",
        )
    return inside
