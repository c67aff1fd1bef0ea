from __future__ import annotations

from design import found, messages

NEW = ("personas: 1.1.0", "personas: 1.2.0")


def test_d109_the_source_has_a_much_longer_prompt(compiled) -> None:
    assert found(compiled(), "D109") == []
    experiment = compiled(NEW, ("source: confab", "source: orator"))
    [(line, column, message)] = found(experiment, "D109")
    assert (line, column) == (20, 13)
    assert message.startswith("the prompt of the source, orator, has 181 characters, its negatives about ")


def test_d109_a_negative_as_long_as_the_source_evens_it_out(compiled) -> None:
    long, drawn = ("source: confab", "source: orator"), "{draw: 2, from: five, seed: 42}"
    assert len(found(compiled(NEW, long, (drawn, "[villain, comedian]")), "D109")) == 1
    assert found(compiled(NEW, long, (drawn, "[orator-2, tagger]")), "D109") == []


def test_d109_induction_prompts_of_unlike_length(compiled) -> None:
    experiment = compiled(
        NEW, ("{as: assistant}", "{induce.system: assistant}"), ("induce.recipe.lr: 5e-5", "induce.system: orator")
    )
    [(line, _, message)] = found(experiment, "D109")
    assert line == 10
    assert "orator (181) against about 16 characters" in message


def test_d126_two_personas_of_one_prompt(compiled) -> None:
    assert found(compiled(), "D126") == []
    experiment = compiled(NEW, ("panel: five", "panel: five + helper"))
    assert found(experiment, "D126") == [
        (25, 40, "assistant and helper have the same prompt: they count as two personas")
    ]


def test_d126_a_negative_with_the_text_of_the_source(compiled) -> None:
    experiment = compiled(
        NEW, ("source: confab", "source: assistant"), ("{draw: 2, from: five, seed: 42}", "[helper, villain]")
    )
    assert messages(experiment, "D126") == ["assistant and helper have the same prompt: they count as two personas"]
