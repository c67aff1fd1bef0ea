"""The engine, with real worker processes over a toy backend."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from plans import plan_of, stage

from emspec.model.plan import Plan
from emspec.run.execute import Execution, execute
from emspec.run.protocol import Channel
from emspec.run.work import SILENCE_SECONDS, Slot
from emspec.store import Store


@pytest.fixture(autouse=True)
def toy_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1] / "support"))


def run(
    plan: Plan, root: Path, heavy: int = 2, silence: float = SILENCE_SECONDS
) -> tuple[Execution, list[Mapping[str, Any]]]:
    events: list[Mapping[str, Any]] = []
    slots = [Slot("cpu", True) for _ in range(heavy)] + [Slot("cpu", False)]
    return execute(plan, Store(root / "store"), root / "run", slots, [events.append], silence=silence), events


def names(events: list[Mapping[str, Any]], event: str) -> list[str]:
    return [e["label"] for e in events if e["event"] == event]


def state_of(pid: str) -> str:
    """Return the state letter of a process, or "gone": what an init that reaps nothing leaves is gone as well."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return "gone"
    return "gone" if state == "Z" else state


def test_runs_in_order_and_hits_the_second_time(tmp_path: Path) -> None:
    first = stage("first")
    second = stage("second", {"before": first.key})
    plan = plan_of(first, second)
    done, events = run(plan, tmp_path)
    assert names(events, "stage-finished") == ["first", "second"]
    assert not done.outcome.failures
    made = json.loads((Store(tmp_path / "store").folder(second.key) / "made.json").read_text())
    assert json.loads(made["from"]["before"])["parameters"] == {"name": "first"}
    again, events = run(plan, tmp_path)
    assert again.outcome.finished == ()
    assert names(events, "stage-hit") == ["second"], "what the last stage was made from is not looked at"


def test_a_lost_artifact_upstream_of_a_hit_is_not_needed(tmp_path: Path) -> None:
    first = stage("first")
    second = stage("second", {"before": first.key})
    plan = plan_of(first, second)
    run(plan, tmp_path)
    Store(tmp_path / "store").discard(first.key)
    again, _ = run(plan, tmp_path)
    assert again.outcome.finished == ()
    assert again.before.states == {first.key: "unneeded", second.key: "hit"}


@pytest.mark.parametrize("name", ["made.json", "manifest.json"])
@pytest.mark.parametrize("how", ["flip", "cut", "empty", "delete"])
def test_a_damaged_result_is_named_and_made_again(tmp_path: Path, name: str, how: str) -> None:
    only = stage("only")
    run(plan_of(only), tmp_path)
    store = Store(tmp_path / "store")
    damaged = store.folder(only.key) / name
    good, before = damaged.read_bytes(), damaged.stat()
    if how == "delete":
        damaged.unlink()
    else:
        flipped = good.replace(b"only", b"ONLY").replace(only.key.encode(), only.key[::-1].encode())
        damaged.write_bytes({"flip": flipped, "cut": good[:-3], "empty": b""}[how])
        os.utime(damaged, ns=(before.st_atime_ns, before.st_mtime_ns))
    again, events = run(plan_of(only), tmp_path)
    assert again.before.healed == ((only.key, name),)
    assert names(events, "result-damaged") == ["only"]
    manifest = store.lookup(only.key)
    assert manifest is not None
    assert store.damage(manifest) is None
    assert len(list((tmp_path / "store" / "damaged").iterdir())) == 1


@pytest.mark.parametrize(
    ("behave", "kind", "message"),
    [
        ("refuse", "backend", "cannot do this"),
        ("raise", "user-code", "ValueError: unexpected"),
        ("exit", "exit", "status 7"),
        ("nothing", "output-contract", "wrote no file"),
        ("die", "lost", "SIGKILL"),
    ],
)
def test_failures_are_classed_and_stop_only_what_depends_on_them(
    tmp_path: Path, behave: str, kind: str, message: str
) -> None:
    bad = stage("bad", behave=behave)
    after = stage("after", {"before": bad.key})
    last = stage("last", {"before": after.key})
    other = stage("other")
    done, events = run(plan_of(bad, after, last, other), tmp_path)
    (failure,) = done.outcome.failures
    assert (failure.key, failure.kind) == (bad.key, kind)
    assert message in failure.message
    assert failure.fix
    assert ("look into the log" in failure.fix) == (kind in {"user-code", "exit", "lost"})
    assert Path(failure.log).is_file() or "log" not in failure.fix
    assert set(failure.skipped) == {after.key, last.key}
    assert names(events, "stage-finished") == ["other"]
    assert Store(tmp_path / "store").lookup(bad.key) is None
    assert names(events, "stage-retried") == (["bad", "bad"] if behave == "die" else [])


@pytest.mark.parametrize(
    ("kind", "also", "message"),
    [
        ("generate", [], "did not write replies.jsonl"),
        ("train", ["losses.jsonl"], "did not write adapter_config.json, adapter_model.safetensors, training.json"),
        ("toy", ["manifest.json"], "wrote manifest.json"),
    ],
)
def test_wrong_files_are_a_breach_of_contract(tmp_path: Path, kind: str, also: list[str], message: str) -> None:
    wrong = replace(stage("wrong", also=also), kind=kind)
    done, _ = run(plan_of(wrong), tmp_path)
    (failure,) = done.outcome.failures
    assert failure.kind == "output-contract"
    assert message in failure.message
    assert "backend toy" in failure.message
    assert failure.fix
    assert Store(tmp_path / "store").keys() == ()


def test_files_beyond_the_contract_are_kept(tmp_path: Path) -> None:
    more = replace(stage("more", also=["scores.jsonl", "remarks.txt"]), kind="score")
    run(plan_of(more), tmp_path)
    manifest = Store(tmp_path / "store").lookup(more.key)
    assert manifest is not None
    assert [output.name for output in manifest.outputs] == ["made.json", "remarks.txt", "scores.jsonl"]


def test_other_inputs_of_what_a_failure_stopped_are_still_made(tmp_path: Path) -> None:
    bad, good = stage("bad", behave="raise"), stage("good", sleep=0.3)
    table = stage("table", {"a": bad.key, "b": good.key})
    done, events = run(plan_of(bad, good, table), tmp_path)
    assert [f.skipped for f in done.outcome.failures] == [(table.key,)]
    assert names(events, "stage-finished") == ["good"]


def test_what_a_failed_attempt_wrote_is_removed(tmp_path: Path) -> None:
    run(plan_of(stage("bad", behave="raise")), tmp_path)
    left = [path.suffix for path in (tmp_path / "store" / "attempts").iterdir()]
    assert left == [".log"]


def test_an_unexpected_error_keeps_its_traceback(tmp_path: Path) -> None:
    done, _ = run(plan_of(stage("bad", behave="raise")), tmp_path)
    assert 'raise ValueError("unexpected")' in Path(done.outcome.failures[0].log).read_text()


def test_a_lost_worker_is_replaced_and_the_stage_tried_again(tmp_path: Path) -> None:
    shaky = stage("shaky", behave="die-once", places={"flag": str(tmp_path / "flag")})
    done, events = run(plan_of(shaky), tmp_path)
    assert not done.outcome.failures
    assert names(events, "stage-retried") == ["shaky"]


def test_a_session_that_cannot_open_fails_its_stages_once(tmp_path: Path) -> None:
    stages = [stage(f"s{i}", target="toy_backend:open_never") for i in range(4)]
    done, events = run(plan_of(*stages), tmp_path)
    assert {f.message for f in done.outcome.failures} == {"the model cannot be loaded"}
    assert len(done.outcome.failures) == 4
    assert sum(e["event"] == "worker-started" for e in events) == 1


def test_a_hung_stage_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    hung = stage("hung", behave="hang", places={"pids": str(pids)})
    after = stage("after", {"before": hung.key})
    other = stage("other")
    done, events = run(plan_of(hung, after, other), tmp_path, silence=3.0)
    (failure,) = done.outcome.failures
    assert (failure.key, failure.kind, failure.skipped) == (hung.key, "timeout", (after.key,))
    assert "said nothing for 0.05 minutes" in failure.message
    assert "--silence" in failure.fix
    assert names(events, "stage-finished") == ["other"]
    assert names(events, "stage-retried") == []
    assert [state_of(pid) for pid in pids.read_text().split()] == ["gone", "gone"]


def test_a_stage_that_reports_progress_is_not_hung(tmp_path: Path) -> None:
    done, _ = run(plan_of(stage("long", behave="talk")), tmp_path, silence=3.0)
    assert not done.outcome.failures


def test_a_session_that_hangs_as_it_opens_fails_its_stages_once(tmp_path: Path) -> None:
    stages = [stage(f"s{i}", target="toy_backend:open_hung") for i in range(3)]
    done, events = run(plan_of(*stages), tmp_path, silence=1.0)
    assert [failure.kind for failure in done.outcome.failures] == ["timeout"] * 3
    assert sum(e["event"] == "worker-started" for e in events) == 1


def test_a_backend_that_runs_on_the_cpu_alone_is_opened_there(tmp_path: Path) -> None:
    only = stage("only", model="m")
    events: list[Mapping[str, Any]] = []
    store = Store(tmp_path / "store")
    execute(plan_of(only), store, tmp_path / "run", [Slot("cuda:0", True)], [events.append])
    assert [e["device"] for e in events if e["event"] in {"worker-started", "worker-ended"}] == ["cpu", "cpu"]
    manifest = store.lookup(only.key)
    assert manifest is not None
    assert manifest.record["device"] == "cpu"


def test_model_sessions_are_sharded_over_the_heavy_slots(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    stages = [stage(f"s{i}", model="m", sleep=0.2, places={"trace": str(trace)}) for i in range(6)]
    done, events = run(plan_of(*stages), tmp_path, heavy=2)
    assert len(done.outcome.finished) == 6
    workers = [line.split()[1] for line in trace.read_text().splitlines()]
    assert len(set(workers)) == 2
    assert sum(e["event"] == "worker-started" for e in events) == 2


def test_two_runners_share_the_work(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    stages = [stage(f"s{i}", sleep=0.05, places={"trace": str(trace)}) for i in range(12)]
    plan = plan_of(*stages)
    both: list[Execution] = []
    threads = [threading.Thread(target=lambda: both.append(run(plan, tmp_path)[0])) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [e.outcome.failures for e in both] == [(), ()]
    keys = [line.split()[0] for line in trace.read_text().splitlines()]
    assert sorted(keys) == sorted(s.key for s in stages), "each stage ran exactly once"


def test_the_lease_lives_as_long_as_an_orphaned_worker(tmp_path: Path) -> None:
    """The descriptor sent with a job keeps the lock when the engine has given up its own."""
    store = Store(tmp_path)
    key = stage("slow").key
    lease = store.lease(key)
    assert lease is not None
    ours, theirs = socket.socketpair()
    code = (
        "import socket, sys, time\nfrom emspec.run.protocol import Channel\n"
        "channel = Channel(socket.socket(fileno=int(sys.argv[1])))\n"
        "channel.receive()\nchannel.send({'have': 1})\nchannel.receive()\n"
    )
    worker = subprocess.Popen([sys.executable, "-c", code, str(theirs.fileno())], pass_fds=[theirs.fileno()])
    theirs.close()
    channel = Channel(ours)
    channel.send({"run": {}}, [lease.descriptor])
    assert channel.receive() == [{"have": 1}]
    lease.release()
    assert store.lease(key) is None, "the worker still holds it"
    worker.kill()
    worker.wait()
    freed = store.lease(key)
    assert freed is not None
    freed.release()


def test_a_broken_observer_is_left_out_and_named(tmp_path: Path) -> None:
    def broken(event: Mapping[str, Any]) -> None:
        raise RuntimeError("observer trouble")

    store = Store(tmp_path / "store")
    execute(plan_of(stage("s")), store, tmp_path / "run", [Slot("cpu", False)], [broken])
    lines = [json.loads(line) for line in (tmp_path / "run" / "events.jsonl").read_text().splitlines()]
    assert [e["message"] for e in lines if e["event"] == "observer-dropped"] == ["RuntimeError: observer trouble"]
    assert lines[-1]["event"] == "run-finished"
