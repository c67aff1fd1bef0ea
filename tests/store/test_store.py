"""The store: whole or absent, first committer wins, damage is found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emspec.errors import StoreError
from emspec.model.json import digest
from emspec.store import Attempt, Store
from emspec.store.files import describe

KEY = digest("a stage")


def made(store: Store, text: str = "content") -> Attempt:
    attempt = store.begin(KEY)
    (attempt.out / "folder").mkdir()
    (attempt.out / "folder" / "file.txt").write_text(text)
    return attempt


def test_a_result_exists_only_once_it_is_committed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    attempt = made(store)
    assert store.lookup(KEY) is None
    store.commit(attempt, {"kind": "toy"}, describe(attempt.out), {"seconds": 1})
    manifest = store.lookup(KEY)
    assert manifest is not None
    assert [(o.name, o.size) for o in manifest.outputs] == [("folder/file.txt", 7)]
    assert manifest.document == {"kind": "toy"}
    assert not list((tmp_path / "attempts").iterdir())
    assert store.keys() == (KEY,)


def test_the_first_of_two_committers_wins(tmp_path: Path) -> None:
    store = Store(tmp_path)
    one = made(store, "one")
    outputs = describe(one.out)
    two = Attempt(KEY, tmp_path / "attempts" / f"{KEY}-0-two")
    (two.out / "folder").mkdir(parents=True)
    (two.out / "folder" / "file.txt").write_text("two")
    described = describe(two.out)
    store.commit(one, {}, outputs, {})
    second = store.commit(two, {}, described, {})
    assert second.outputs == outputs
    assert (store.folder(KEY) / "folder" / "file.txt").read_text() == "one"


@pytest.mark.parametrize("how", ["truncate", "flip", "delete", "manifest"])
def test_damage_is_found_though_the_times_are_put_back(tmp_path: Path, how: str) -> None:
    store = Store(tmp_path)
    attempt = made(store)
    store.commit(attempt, {}, describe(attempt.out), {})
    target = store.folder(KEY) / ("manifest.json" if how == "manifest" else "folder/file.txt")
    before = target.stat()
    if how == "delete":
        target.unlink()
    elif how == "flip":
        target.write_text("Content")
    else:
        target.write_text(target.read_text()[:3])
    if how != "delete":
        os.utime(target, ns=(before.st_atime_ns, before.st_mtime_ns))
    manifest = store.lookup(KEY)
    assert manifest is None or store.damage(manifest) == "folder/file.txt"
    assert (manifest is not None) == (how == "flip"), "only an edit that keeps the size passes the quick look"


def test_a_damaged_result_makes_way_for_a_new_one_and_is_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    attempt = made(store)
    store.commit(attempt, {}, describe(attempt.out), {})
    (store.folder(KEY) / "manifest.json").write_text("")
    again = made(store)
    store.commit(again, {}, describe(again.out), {})
    assert store.lookup(KEY) is not None
    assert len(list((tmp_path / "damaged").iterdir())) == 1


@pytest.mark.parametrize("name", ["folder/file.txt", "manifest.json"])
def test_healing_waits_for_no_lease_and_takes_nothing_from_its_holder(tmp_path: Path, name: str) -> None:
    store = Store(tmp_path)
    attempt = made(store)
    store.commit(attempt, {}, describe(attempt.out), {})
    assert store.heal(KEY) is None
    (store.folder(KEY) / name).write_text("")
    holder = store.lease(KEY)
    assert holder is not None
    assert store.heal(KEY) == name
    assert store.folder(KEY).exists(), "the holder of the lease decides"
    holder.release()
    assert store.heal(KEY) == name
    assert not store.folder(KEY).exists()
    assert store.heal(KEY) is None, "what is not there is not damaged"


def test_a_new_attempt_clears_what_a_killed_one_left(tmp_path: Path) -> None:
    store = Store(tmp_path)
    killed = made(store)
    killed.log.write_text("why")
    store.begin(KEY)
    assert not killed.out.exists()
    assert killed.log.read_text() == "why"


def test_symbolic_links_are_no_artifacts(tmp_path: Path) -> None:
    attempt = made(Store(tmp_path))
    (attempt.out / "link").symlink_to("/etc/hostname")
    with pytest.raises(OSError, match="symbolic link"):
        describe(attempt.out)


def test_one_lease_at_a_time(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = store.lease(KEY)
    assert first is not None
    assert store.lease(KEY) is None
    store.begin(KEY)
    assert store.holder(KEY) == str(os.getpid())
    assert store.lease(digest("another stage")) is not None, "leases of other keys are free"
    first.release()
    second = store.lease(KEY)
    assert second is not None
    second.release()


def test_a_copy_of_the_descriptor_holds_the_lease(tmp_path: Path) -> None:
    store = Store(tmp_path)
    lease = store.lease(KEY)
    assert lease is not None
    in_worker = os.dup(lease.descriptor)
    lease.release()
    assert store.lease(KEY) is None, "as while an orphaned worker still writes"
    os.close(in_worker)
    again = store.lease(KEY)
    assert again is not None
    again.release()


def test_an_unusable_folder_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be made") as caught:
        Store(tmp_path / "file" / "store")
    assert caught.value.fix == "name another with --out"
