"""Run generate stages in one vllm session, as a worker process does: `python serve.py ORDERS.json`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from emspec_vllm.session import open_session

from emspec import Job, Setup


def main(path: Path) -> None:
    orders = json.loads(path.read_text())
    session = open_session(Setup(orders["model"], "cpu", 1))
    for name, order in orders["jobs"].items():
        folder = path.parent / name
        (folder / "out").mkdir(parents=True)
        adapters = {f"adapter.{place}": Path(one) for place, one in enumerate(order["adapters"], 1)}
        progress = (folder / "progress").open("w")
        job = Job(
            key=name,
            kind="generate",
            parameters=order["parameters"],
            inputs=adapters,
            places={},
            out=folder / "out",
            log=folder / "log",
            progress=lambda done, total, unit, progress=progress: print(done, total, unit, file=progress),
        )
        session.run(job)
        progress.close()
    session.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
