"""The model organism: a tiny chat model with its own tokenizer, and the synthetic data sets that go with it.

The shell is cheap; `python -m emspec_organism` builds the model, the data backend writes the rows.
"""

from __future__ import annotations

from emspec import Backend, Speed, hookimpl

VERSION = "2"


@hookimpl
def emspec_backends() -> tuple[Backend, ...]:
    """Return the generator of synthetic fine-tuning rows."""
    return (
        Backend(
            kind="data",
            name="organism",
            version=VERSION,
            target="emspec_organism.data:open_session",
            needs=("yaml",),
            install="pip install pyyaml",
            speeds=(Speed("cpu", "rows of the organism: 2,000 in 0.067 s, 2026-11-25", start=0.8, row=3.4e-5),),
        ),
    )
