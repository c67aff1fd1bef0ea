"""Design checks of the issue that a spec belongs to."""

from __future__ import annotations

from collections.abc import Iterator

from emspec.language.checks.reading import Finding, Reading


def closed_issue(reading: Reading) -> Iterator[Finding]:
    """The issue is archived, or another one supersedes it.

    The spec runs all the same; its results may already be known, or be asked for in another form.

    Example: `state: archived` and `superseded_by: 205`.

    Fix: see whether the newer issue is meant, and accept the finding where an old one is repeated on purpose.
    """
    experiment = reading.experiment
    if experiment.state in ("archived", "superseded") or experiment.superseded_by:
        path = ("state",) if experiment.state in ("archived", "superseded") else ("superseded_by",)
        issue = f"issue {experiment.issue}" if experiment.issue else "the issue"
        by = f"superseded by #{experiment.superseded_by}" if experiment.superseded_by else ""
        state = experiment.state if experiment.state == "archived" or not by else ""
        what = f"{issue} is {' and '.join(part for part in (state, by) if part)}; it runs all the same"
        yield Finding(reading.document.value(path), what, "see whether the newer issue is meant")
