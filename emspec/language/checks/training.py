"""Design checks of what is trained: the prompt of the induction, the marker's source and its negatives."""

from __future__ import annotations

from collections.abc import Iterator

from emspec.language.checks.reading import Finding, Reading


def silent_induction(reading: Reading) -> Iterator[Finding]:
    """A condition is induced with no system message and counts as a persona that has one.

    Without a system message the chat template puts in its own, which is another text than the persona's prompt: the
    model was trained under one prompt and is evaluated under another.

    Example: `B0: {induce.system: none, as: assistant}`.

    Fix: train under the persona itself (`system: PERSONA`), or accept it where the original experiment did the same.
    """
    for condition in reading.experiment.conditions:
        induction = condition.induction
        if condition.counts_as and induction and induction.persona is None:
            what = f"{condition.name} is induced without a system message, but counts as {condition.counts_as}"
            fix = f"write {induction.name}.system: {condition.counts_as}, or accept the finding"
            yield Finding(reading.place(condition, induction, "system"), f"{what}: two different prompts", fix)
