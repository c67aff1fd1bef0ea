from __future__ import annotations

import pytest
from design import fixes, found, messages


def marked(compiled, *markers: str):
    written = ", ".join(f'"{marker}"' for marker in markers)
    return compiled(
        ("personas: 1.1.0", "personas: 1.2.0"),
        ('marker: "[M]"', f'marker: "{markers[0]}"'),
        ("{kind: marker-eval, panel: five", f"{{kind: marker-eval, markers: [{written}], panel: five + tagger"),
    )


def test_d122_a_marker_that_stands_in_a_prompt_or_a_question(compiled) -> None:
    assert found(compiled(), "D122") == []
    message = "[Seal] stands in the prompt of tagger: repeating the prompt would be a hit"
    assert found(marked(compiled, "[Seal]"), "D122") == [(19, 13, message)]
    [message] = messages(marked(compiled, "SKY BLUE?"), "D122")
    assert message.startswith("SKY BLUE? stands in the question `Why is the sky blue?`: ")


@pytest.mark.parametrize("marker", ["hope", "ZLT", "x", "::", "end of reply"])
def test_d123_a_marker_of_ordinary_characters(compiled, marker: str) -> None:
    [(line, column, message)] = found(marked(compiled, marker), "D123")
    assert (line, column) == (19, 13)
    assert message == f"{marker} is found inside ordinary text: hits need no coupling"
    assert fixes(marked(compiled, marker), "D123")[0].endswith(f'such as "[{marker}]"')


@pytest.mark.parametrize("marker", ["[M]", "<end>", "[ZLT]", ":::"])
def test_d123_is_silent_on_signs(compiled, marker: str) -> None:
    assert found(marked(compiled, marker), "D123") == []


def test_d124_one_marker_in_another(compiled) -> None:
    assert found(marked(compiled, "[M]", "[N]"), "D124") == []
    [message] = messages(marked(compiled, "[ZLT]", "<[zlt]>", "[N]"), "D124")
    assert message == "<[zlt]> has [ZLT] in it: each hit of it is a hit of both"


def test_d124_markers_that_differ_in_case_only(compiled) -> None:
    assert messages(marked(compiled, "[ZLT]", "[zlt]"), "D124") == [
        "[zlt] has [ZLT] in it: each hit of it is a hit of both"
    ]
