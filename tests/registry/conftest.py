from __future__ import annotations

from pathlib import Path

import pytest
from projects import released_copy


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the golden project, all of it released."""
    return released_copy(tmp_path)
