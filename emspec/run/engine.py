"""The engine: hands ready stages to workers, commits what they make, and records what fails."""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from emspec.model.json import Json, JsonObject
from emspec.model.plan import Plan
from emspec.model.stage import Output, SessionKey
from emspec.run.contract import breach
from emspec.run.hardware import oom_kills
from emspec.run.queue import ReadyQueue
from emspec.run.work import SILENCE_SECONDS, Failure, Outcome, Slot, Work, cause, cure, timeout
from emspec.run.workers import Worker, model_document
from emspec.store import Lease, Store

LOST_TRIES = 3
"""A stage whose worker was lost (killed from outside) is tried this often; other failures are not repeated."""
POLL_SECONDS = 0.25
"""How often a stage that another runner holds is looked at again."""

Emit = Callable[[JsonObject], None]


class Engine:
    """Executes the stages of a plan that are to run; worker logs go to the folder `logs`, events to `emit`.

    A worker that says nothing over a stage for `silence` seconds is ended, and the stage has failed.
    """

    def __init__(
        self,
        plan: Plan,
        store: Store,
        slots: list[Slot],
        logs: Path,
        emit: Emit,
        *,
        silence: float = SILENCE_SECONDS,
    ) -> None:
        self.plan = plan
        self.store = store
        self.slots = slots
        self.logs = logs
        self.emit = emit
        self.silence = silence
        self._selector = selectors.DefaultSelector()
        self._parked: dict[str, str] = {}
        self._tries: Counter[str] = Counter()
        self._finished: list[str] = []
        self._failures: list[Failure] = []
        self._started = 0
        self._unopenable: dict[SessionKey, Mapping[str, Any]] = {}

    def execute(self, to_run: tuple[str, ...]) -> Outcome:
        """Run the stages and return how it went. Workers are ended on the way out, whatever happens."""
        self.queue = ReadyQueue(self.plan.stages, to_run)
        try:
            while len(self.queue):
                self._unpark()
                for slot in self.slots:
                    self._fill(slot)
                self._listen()
                self._end_the_silent()
            for slot in self.slots:
                self._close(slot)
        finally:
            for slot in self.slots:
                if slot.worker:
                    slot.worker.kill()
                if slot.work:
                    slot.work.lease.release()
            self.store.flush()
        return Outcome(tuple(self._finished), tuple(self._failures))

    def _fill(self, slot: Slot) -> None:
        """Give an idle slot a stage, in the session it has open where possible."""
        while slot.work is None and (slot.worker is None or slot.worker.opened is not None):
            current = slot.worker.session if slot.worker else None
            key = self.queue.take(current, loads_model=slot.loads_model)
            if key is None:
                return
            session = self.plan.stages[key].session
            if session in self._unopenable:
                self._give_up(key, self._unopenable[session])
                continue
            lease = self.store.lease(key)
            if lease is None:
                self._parked[key] = self.store.holder(key)
                self.emit({"event": "stage-waiting", **self._about(key), "holder": self._parked[key]})
            elif self.store.lookup(key):
                lease.release()
                self._hit(key)
            else:
                self._assign(slot, key, lease)

    def _assign(self, slot: Slot, key: str, lease: Lease) -> None:
        slot.work = Work(key, self.store.begin(key), lease)
        session = self.plan.stages[key].session
        if slot.worker and slot.worker.session != session:
            self._close(slot)
        if slot.worker is None:
            self._start(slot, session)
        else:
            self._send(slot)

    def _start(self, slot: Slot, session: SessionKey) -> None:
        self._started += 1
        log = self.logs / f"worker-{self._started}.log"
        model = model_document(self.plan.experiment.model) if session.model else None
        device = "cpu" if session.device == "cpu" else slot.device
        slot.worker = Worker.start(session, model, device, log)
        self._selector.register(slot.worker, selectors.EVENT_READ, slot)
        self.emit({"event": "worker-started", "worker": self._started, "target": session.target, "device": device})

    def _close(self, slot: Slot) -> None:
        worker = slot.worker
        if worker:
            self._selector.unregister(worker)
            worker.close()
            self._ended(slot, worker)

    def _ended(self, slot: Slot, worker: Worker, **status: Json) -> None:
        slot.worker = None
        target, device = worker.session.target, worker.device
        self.emit({"event": "worker-ended", "target": target, "device": device, **status})

    def _send(self, slot: Slot) -> None:
        """Send the slot's stage to its worker, the lease's descriptor beside it."""
        work, worker = slot.work, slot.worker
        assert work is not None
        assert worker is not None
        stage = self.plan.stages[work.key]
        order: JsonObject = {
            "key": stage.key,
            "kind": stage.kind,
            "parameters": stage.parameters,
            "inputs": {role: str(self.store.folder(key)) for role, key in stage.inputs.items()},
            "places": stage.places,
            "out": str(work.attempt.out),
            "log": str(work.attempt.log),
        }
        self.emit({"event": "stage-started", **self._about(stage.key)})
        worker.heard = time.monotonic()
        try:
            worker.channel.send({"run": order}, [work.lease.descriptor])
        except OSError:
            self._lost(slot)

    def _listen(self) -> None:
        """Take in what the workers say, waiting for them where there is nothing else to do."""
        waits = [worker.heard + self.silence - time.monotonic() for _, worker in self._busy()]
        if self._parked:
            waits.append(POLL_SECONDS)
        if not waits:
            return
        for selected, _ in self._selector.select(max(0.0, min(waits))):
            slot: Slot = selected.data
            worker = slot.worker
            if worker is None:
                continue
            try:
                messages = worker.channel.receive()
            except ConnectionError:
                messages = None
            if messages is None:
                self._lost(slot)
            else:
                worker.heard = time.monotonic()
                for message in messages:
                    self._hear(slot, worker, message)

    def _busy(self) -> list[tuple[Slot, Worker]]:
        return [(slot, slot.worker) for slot in self.slots if slot.work and slot.worker]

    def _end_the_silent(self) -> None:
        """End the workers that have said nothing for too long, and give up their stages."""
        for slot, worker in self._busy():
            if time.monotonic() - worker.heard < self.silence:
                continue
            self._selector.unregister(worker)
            worker.kill()
            self._ended(slot, worker, status=worker.process.returncode)
            said = {**timeout(self.silence), "log": str(worker.log)}
            if worker.opened is None:
                self._unopenable[worker.session] = said
            self._fail(slot, said)

    def _hear(self, slot: Slot, worker: Worker, message: Mapping[str, Any]) -> None:
        if "progress" in message and slot.work:
            self.emit({"event": "stage-progress", **self._about(slot.work.key), **message["progress"]})
        elif "opened" in message:
            worker.opened = message["opened"]
            self._send(slot)
        elif "done" in message:
            self._done(slot, worker, message["done"])
        elif "failed" in message and worker.opened is None:
            self._unopenable[worker.session] = {**message["failed"], "log": str(worker.log)}
            self._close(slot)
            self._fail(slot, self._unopenable[worker.session])
        elif "failed" in message:
            self._fail(slot, message["failed"])

    def _done(self, slot: Slot, worker: Worker, done: Mapping[str, Any]) -> None:
        work = slot.work
        assert work is not None
        outputs = tuple(Output(**output) for output in done["outputs"])
        stage = self.plan.stages[work.key]
        broken = breach(stage, outputs, work.attempt.out)
        if broken:
            fix = f"choose another backend for it than {stage.backend}, or have its author mend that one"
            self._fail(slot, {"class": "output-contract", "message": broken, "fix": fix})
            return
        record: JsonObject = {
            "started": round(work.started, 3),
            "seconds": done["seconds"],
            "peak_mb": done["peak_mb"],
            "host": socket.gethostname(),
            "device": worker.device,
            "versions": worker.opened,
            "label": stage.label,
        }
        self.store.commit(work.attempt, stage.document, outputs, record)
        self._release(slot)
        self._finished.append(work.key)
        self.queue.finish(work.key)
        self.emit({"event": "stage-finished", **self._about(work.key), "seconds": done["seconds"]})

    def _hit(self, key: str) -> None:
        """Take over what another runner finished meanwhile."""
        self.queue.finish(key)
        self.emit({"event": "stage-hit", **self._about(key)})

    def _lost(self, slot: Slot) -> None:
        """Handle a worker that has gone: try its stage again, a bounded number of times."""
        worker, work = slot.worker, slot.work
        assert worker is not None
        self._selector.unregister(worker)
        code = worker.end()
        self._ended(slot, worker, status=code)
        if work is None:
            return
        self._tries[work.key] += 1
        kind, message = cause(code, oom_kills() > work.ooms)
        if kind == "lost" and self._tries[work.key] < LOST_TRIES:
            self._release(slot)
            self.queue.put(work.key)
            self.emit({"event": "stage-retried", **self._about(work.key), "message": message})
            return
        self._fail(slot, {"class": kind, "message": message, "fix": cure(kind), "log": str(worker.log)})

    def _fail(self, slot: Slot, said: Mapping[str, Any]) -> None:
        """Give up the stage that a slot has in hand."""
        work = slot.work
        assert work is not None
        if said.get("traceback"):
            with contextlib.suppress(OSError):
                work.attempt.log.write_text(said["traceback"])
        self.store.abandon(work.attempt)
        self._release(slot)
        self._give_up(work.key, {"log": str(work.attempt.log) if work.attempt.log.exists() else "", **said})

    def _give_up(self, key: str, said: Mapping[str, Any]) -> None:
        """Record a failure; what depends on the stage is skipped, everything else goes on."""
        skipped = tuple(self.queue.drop(key))
        failure = Failure(key, said["class"], said["message"], said["fix"], said["log"], skipped)
        self._failures.append(failure)
        described: Mapping[str, Json] = {"class": failure.kind, "message": failure.message, "log": failure.log}
        self.emit({"event": "stage-failed", **self._about(key), **described, "skipped": len(skipped)})

    def _release(self, slot: Slot) -> None:
        assert slot.work is not None
        slot.work.lease.release()
        slot.work = None

    def _unpark(self) -> None:
        """Look again at the stages that another runner held."""
        for key in tuple(self._parked):
            if self.store.lookup(key):
                del self._parked[key]
                self._hit(key)
            elif (lease := self.store.lease(key)) is not None:
                lease.release()
                del self._parked[key]
                self.queue.put(key)

    def _about(self, key: str) -> Mapping[str, Json]:
        stage = self.plan.stages[key]
        return {"key": key, "kind": stage.kind, "backend": stage.backend, "label": stage.label}
