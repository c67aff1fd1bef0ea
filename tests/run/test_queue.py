"""The order of work."""

from __future__ import annotations

from dataclasses import replace

from plans import stage

from emspec.model.stage import Stage
from emspec.run.queue import ReadyQueue


def by_key(*stages: Stage) -> dict[str, Stage]:
    return {s.key: s for s in stages}


def test_inputs_come_first_and_hits_do_not_hold_anything_up() -> None:
    hit, first = stage("hit"), stage("first")
    second = stage("second", {"a": first.key, "b": hit.key})
    queue = ReadyQueue(by_key(hit, first, second), [first.key, second.key])
    assert queue.take(None, loads_model=False) == first.key
    assert queue.take(None, loads_model=False) is None
    queue.finish(first.key)
    assert queue.take(None, loads_model=False) == second.key
    queue.finish(second.key)
    assert len(queue) == 0


def test_the_longest_path_of_work_comes_first() -> None:
    short = replace(stage("short"), cost=5.0)
    head = replace(stage("head"), cost=1.0)
    tail = replace(stage("tail", {"a": head.key}), cost=9.0)
    queue = ReadyQueue(by_key(short, head, tail), [short.key, head.key, tail.key])
    assert [queue.take(None, loads_model=False) for _ in range(2)] == [head.key, short.key]


def test_an_open_session_is_kept_as_long_as_it_has_work() -> None:
    light = replace(stage("a1", target="a:o"), cost=1.0)
    heavy = replace(stage("b1", target="b:o"), cost=9.0)
    queue = ReadyQueue(by_key(light, heavy), [light.key, heavy.key])
    assert queue.take(light.session, loads_model=False) == light.key
    assert queue.take(light.session, loads_model=False) == heavy.key


def test_light_and_model_stages_have_places_of_their_own() -> None:
    model = stage("m", model="digest")
    queue = ReadyQueue(by_key(model), [model.key])
    assert queue.take(None, loads_model=False) is None
    assert queue.take(None, loads_model=True) == model.key


def test_an_input_of_a_dropped_stage_may_still_finish() -> None:
    bad, good = stage("bad"), stage("good")
    both = stage("both", {"a": bad.key, "b": good.key})
    queue = ReadyQueue(by_key(bad, good, both), [bad.key, good.key, both.key])
    assert queue.drop(bad.key) == [both.key]
    queue.finish(good.key)
    assert len(queue) == 0


def test_what_depends_on_a_failure_is_dropped_with_it() -> None:
    bad = stage("bad")
    after = stage("after", {"a": bad.key})
    last = stage("last", {"a": after.key, "b": bad.key})
    other = stage("other")
    queue = ReadyQueue(by_key(bad, after, last, other), [bad.key, after.key, last.key, other.key])
    queue.take(None, loads_model=False)
    assert set(queue.drop(bad.key)) == {after.key, last.key}
    assert len(queue) == 1
