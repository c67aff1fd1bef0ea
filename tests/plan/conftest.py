"""The golden project, to be written to, and the plan of the spec whose fields are changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from changes import SPEC, compiled, copied, text_of

from emspec.model.plan import Plan


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("here"))


@pytest.fixture(scope="module")
def before(here: Path) -> Plan:
    return compiled(text_of(SPEC), here)
