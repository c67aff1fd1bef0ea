"""Run the emspec command as a user does, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TIMEOUT = 1800


def emspec(
    *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Return the finished command: exit code, stdout, stderr."""
    return subprocess.run(
        [sys.executable, "-m", "emspec", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        timeout=TIMEOUT,
        check=False,
    )


def run_spec(spec: Path, out: Path, *arguments: str) -> dict[str, Any]:
    """Run a spec that must end well; return its results.json."""
    done = emspec("run", spec, "--out", out, *arguments)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "Traceback" not in done.stderr
    return json.loads(only(out, "results.json").read_text())


def only(out: Path, name: str) -> Path:
    """Return a file of the one run below an output folder."""
    (path,) = out.glob(f"runs/*/{name}")
    return path


def events(out: Path) -> list[dict[str, Any]]:
    """Return the events of the one run below an output folder; a line cut by a kill is passed over."""
    lines = only(out, "events.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines if line.endswith("}")]


def artifacts(out: Path) -> dict[str, str]:
    """Return what each result in the store consists of (names, sizes, digests), by key."""
    manifests = (json.loads(path.read_text()) for path in out.glob("store/results/*/*/manifest.json"))
    return {manifest["key"]: json.dumps(manifest["outputs"]) for manifest in manifests}
