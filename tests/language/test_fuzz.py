"""No text, however bad, ends in anything but an Experiment, a SpecError or a RegistryError, and soon."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emspec.errors import RegistryError, SpecError
from emspec.language import load
from emspec.model.experiment import Experiment
from emspec.model.plugin import Catalog
from emspec.source import parse

GOOD = Path(__file__).parents[1] / "golden" / "specs" / "good.yaml"
TEXT = GOOD.read_text()
DATA = parse("good.yaml", TEXT).data
FEW = settings(
    max_examples=250,
    deadline=2000,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2**70),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=6),
    st.sampled_from(
        ["skip", "none", "10pp", "five", "five + villain", "villain", "confab", "em", "induce", "extract", "1e-4"]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["base", "from", "first", "draw", "seed", "name", "kind", "lr", "x"]), inner, max_size=3
        )
    ),
    max_leaves=5,
)


def paths(data: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [(*at, key) for key, _ in items] + [path for key, one in items for path in paths(one, (*at, key))]


def put(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = put(copy[path[0]], path[1:], value)
    return copy


def without(data: Any, path: tuple[Any, ...]) -> Any:
    if len(path) > 1:
        return put(data, path[:1], without(data[path[0]], path[1:]))
    if isinstance(data, dict):
        return {key: value for key, value in data.items() if key != path[0]}
    return [value for index, value in enumerate(data) if index != path[0]]


PATHS = paths(DATA)


@st.composite
def other_data(draw: st.DrawFn) -> str:
    """The good spec with values replaced, keys renamed and parts taken out."""
    data = DATA
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(paths(data) or PATHS))
        action = draw(st.sampled_from(["put", "drop", "add"]))
        if action == "put":
            data = put(data, path, draw(VALUES))
        elif action == "drop":
            data = without(data, path)
        elif isinstance(data.get("steps"), dict):
            words = st.sampled_from(
                ["order", "as", "induce.recipe.lr", "couple.negatives.draw", "couple", "accept", "seeds"]
            )
            data = put(data, path[:-1], {draw(words): draw(VALUES)}) if len(path) > 1 else data
    return yaml.safe_dump(data, allow_unicode=draw(st.booleans()), sort_keys=draw(st.booleans()))


@st.composite
def other_bytes(draw: st.DrawFn) -> bytes:
    """The good spec with bytes changed, lines moved about, and the end cut off."""
    lines = TEXT.encode().splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 3))):
        lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(draw(st.integers(0, len(lines) - 1))))
    raw = bytearray(b"".join(lines))
    for _ in range(draw(st.integers(0, 4))):
        raw[draw(st.integers(0, len(raw) - 1))] = draw(
            st.sampled_from(b"{}[]:,-#&*!|>'\"%@` \t\n\r\x00\x7f\x85\xc3\xff<0aZ~")
        )
    return bytes(raw[: draw(st.sampled_from([len(raw), draw(st.integers(0, len(raw)))]))])


def ends_well(spec: Path, catalog: Catalog) -> None:
    try:
        experiment = load(spec, profile="tiny", catalog=catalog)
    except SpecError as error:
        assert error.problems
        assert all(problem.message and problem.fix for problem in error.problems)
    except RegistryError as error:
        assert error.fix
    else:
        assert isinstance(experiment, Experiment)
        assert experiment.conditions


@FEW
@given(text=other_data())
def test_other_data(text: str, project: Path, catalog: Catalog) -> None:
    spec = project / "specs" / "spec.yaml"
    spec.write_text(text)
    ends_well(spec, catalog)


@FEW
@given(raw=other_bytes())
def test_other_bytes(raw: bytes, project: Path, catalog: Catalog) -> None:
    spec = project / "specs" / "spec.yaml"
    spec.write_bytes(raw)
    ends_well(spec, catalog)
