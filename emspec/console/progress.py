"""Live progress of a run: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from emspec.model.json import JsonObject
from emspec.run.progress import Progress

LINE_SECONDS = 10.0
"""Where there is no terminal, how far apart progress lines are at least."""


class View(Protocol):
    """Something that shows a run's events while it goes on."""

    def __enter__(self) -> View:
        """Start showing."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop showing."""

    def see(self, event: JsonObject) -> None:
        """Show one event."""


def view(console: Console, progress: Progress, workers: int) -> View:
    """Return the view that fits the console."""
    return LiveView(console, progress, workers) if console.is_terminal else LineView(console, progress, workers)


class LineView:
    """Plain lines: failures at once, the state every few seconds."""

    def __init__(self, console: Console, progress: Progress, workers: int) -> None:
        self.console = console
        self.progress = progress
        self.workers = workers
        self._last = time.monotonic()

    def __enter__(self) -> LineView:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return None

    def see(self, event: JsonObject) -> None:
        """Print what must be known at once, and a state line when it is time for one."""
        self.progress.see(event)
        notice = notice_of(event)
        if notice:
            self.console.print(Text(notice), soft_wrap=True)
        now = time.monotonic()
        if event["event"] == "run-finished" and self.progress.to_run:
            self.console.print(Text(f"{done_of(self.progress)}, the run has ended"), soft_wrap=True)
        elif event["event"] == "stage-finished" and now - self._last >= LINE_SECONDS:
            self._last = now
            self.console.print(Text(state_of(self.progress, self.workers)), soft_wrap=True)


class LiveView:
    """A bar with the stages in work beneath it."""

    def __init__(self, console: Console, progress: Progress, workers: int) -> None:
        self.progress = progress
        self.workers = workers
        self._live = Live(console=console, get_renderable=self._render, refresh_per_second=4, transient=True)

    def __enter__(self) -> LiveView:
        self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._live.stop()

    def see(self, event: JsonObject) -> None:
        """Take in an event; the bar refreshes by itself."""
        self.progress.see(event)
        notice = notice_of(event)
        if notice:
            self._live.console.print(Text(notice), soft_wrap=True)

    def _render(self) -> RenderableType:
        stages = Table.grid(padding=(0, 2))
        for label, (done, total, unit) in tuple(self.progress.running.items()):
            stages.add_row(f"  {label}", f"{done} of {total} {unit}" if total else "")
        bar = ProgressBar(total=max(1, self.progress.to_run), completed=self.progress.finished, width=40)
        return Group(Text(state_of(self.progress, self.workers)), bar, stages)


def state_of(progress: Progress, workers: int) -> str:
    """Return the state in one line: stages done, time left."""
    left = progress.seconds_left(workers)
    about = f", about {duration(left)} left" if left is not None else ""
    return f"{done_of(progress)}{about}"


def done_of(progress: Progress) -> str:
    """Return how many of the stages to run are done, and how many failed."""
    failed = f", {progress.failed} failed" if progress.failed else ""
    return f"{progress.finished} of {progress.to_run} stages{failed}"


def notice_of(event: JsonObject) -> str:
    """Return the line for an event that a user must not miss, else an empty text."""
    name, label = event["event"], event.get("label", "")
    if name == "stage-failed":
        skipped = f"; {event['skipped']} stages that need it are skipped" if event["skipped"] else ""
        return f"failed: {label} ({event['class']}): {event['message']}{skipped}"
    if name == "stage-retried":
        return f"again: {label}: {event['message']}"
    if name == "stage-waiting":
        return f"waiting: {label} is in the hands of process {event['holder']}"
    if name == "result-damaged":
        return f"damaged: {label}: {event['file']} does not match its digest; it is made again"
    return ""


def duration(seconds: float) -> str:
    """Return a span of time for people: "45 s", "3 min 20 s", "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
