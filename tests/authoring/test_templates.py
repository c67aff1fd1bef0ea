from __future__ import annotations

import configparser
from pathlib import Path

PROJECT = Path(__file__).parents[2]
ROOM = PROJECT / "emspec" / "authoring"


def test_every_template_is_in_the_package() -> None:
    metadata = configparser.ConfigParser()
    metadata.read(PROJECT / "setup.cfg")
    patterns = metadata["options.package_data"]["emspec.authoring"].split(", ")
    packed = {path for pattern in patterns for path in ROOM.glob(pattern)}
    assert packed == {path for path in (ROOM / "templates").rglob("*") if path.is_file()}
    assert len(packed) == 9
