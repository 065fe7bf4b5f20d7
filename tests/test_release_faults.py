"""A build that fails or is killed at any moment: never a half release, and the next run ends with one."""

from __future__ import annotations

import errno
import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import tiny_schema_value
from khabar.errors import CallError, DataError
from khabar.folders import folder_beside
from khabar.release import BuildReport, build, verify
from release_corpus import corpus_of, make_checkout
from small_disk import enlarge, small_disk

BUILD = """
import sys
from khabar.corpus import read_corpus
from khabar.release import build
build(read_corpus(sys.argv[1]), sys.argv[2], version="0.1.0")
"""
KILL = """
import os, pathlib, signal
calls = 0
def deadly(real):
    def call(*arguments, **options):
        global calls
        calls += 1
        if calls == {nth}:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)
    return call
{owner}.{name} = deadly({owner}.{name})
"""
SMALL_FILES = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Path]:
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KHABAR_TEXTS", raising=False)
        yield make_checkout(tmp_path_factory.mktemp("checkout"), tiny_schema_value(), card)


@pytest.fixture(scope="module")
def whole(checkout: Path) -> BuildReport:
    return build(corpus_of(checkout), checkout / "build" / "release", version="0.1.0")


def run(before: str, checkout: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """A build in a process of its own, after these lines."""
    command = [sys.executable, "-c", before + BUILD, str(checkout / "annotations"), str(out)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def check_one_right_release(out: Path, checkout: Path, whole: BuildReport) -> None:
    """After the next run the release is there, the same to the byte, and nothing beside it."""
    build(corpus_of(checkout), out, version="0.1.0")
    assert verify(out) is None
    assert (out / "manifest.json").read_bytes() == (whole.folder / "manifest.json").read_bytes()
    assert [path.name for path in out.parent.iterdir()] == [out.name]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("owner", "name", "nth"),
    [
        ("os", "fsync", 1),
        ("os", "fsync", 9),
        ("os", "fsync", 21),
        ("pathlib.Path", "chmod", 1),
        ("pathlib.Path", "replace", 10),  # of the files that are no data the last, the manifest
        ("pathlib.Path", "replace", 11),  # the whole folder
    ],
)
def test_a_killed_build_leaves_no_half_release(
    checkout: Path, whole: BuildReport, tmp_path: Path, owner: str, name: str, nth: int
) -> None:
    out = tmp_path / "out" / "release"
    ended = run(KILL.format(owner=owner, name=name, nth=nth), checkout, out)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert not out.exists()
    check_one_right_release(out, checkout, whole)


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Without the collector, so that a file left open stays open, and its disk cannot be taken away."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("size", [8, 16, 64, 128, 160])
def test_a_full_disk_ends_in_a_clear_error_and_nothing_else(
    checkout: Path, whole: BuildReport, tmp_path: Path, size: int
) -> None:
    assert sum(path.stat().st_size for path in whole.folder.rglob("*") if path.is_file()) > 160 * 1024
    with small_disk(tmp_path / "disk", kilobytes=size) as disk:
        with pytest.raises(DataError, match=r"could not be written: .*No space left on device"):
            build(corpus_of(checkout), disk / "release", version="0.1.0")
        assert list(disk.iterdir()) == []
        enlarge(disk, kilobytes=10 * 1024)
        check_one_right_release(disk / "release", checkout, whole)


def test_a_full_disk_under_the_loaders_cache_is_not_blamed_on_the_release(
    checkout: Path, whole: BuildReport, tmp_path: Path
) -> None:
    """In a process of its own: the loader keeps its file open, and a disk in use cannot be taken away."""
    out = tmp_path / "out" / "release"
    check = f"from khabar.release import verify\nverify({str(whole.folder)!r})\n"
    with small_disk(tmp_path / "disk", kilobytes=16) as disk:
        elsewhere = f"import tempfile\ntempfile.tempdir = {str(disk)!r}\n"
        for before in (elsewhere, elsewhere + check):
            ended = run(before, checkout, out)
            assert f"DataError: {disk}: 1 fault" in ended.stderr
            assert "the loader's cache could not be written: " in ended.stderr
            assert "name another folder in TMPDIR" in ended.stderr
    assert not out.parent.exists()
    check_one_right_release(out, checkout, whole)


class Full:
    """A data file on a disk that has room for so many bytes and no more, for whoever may not mount one."""

    def __init__(self, file: Any, room: list[int]) -> None:
        self._file, self._room = file, room

    def write(self, data: Any) -> int:
        self._room[0] -= len(memoryview(data).cast("B"))
        if self._room[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return int(self._file.write(data))

    def __enter__(self) -> Full:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@pytest.mark.parametrize("room", [0, 3, 20_000, 90_000])
def test_a_disk_that_fills_up_under_the_data_leaves_nothing(
    checkout: Path, whole: BuildReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    assert sum(path.stat().st_size for path in (whole.folder / "data").rglob("*.parquet")) > 90_000
    left, real = [room], Path.open

    def limited(path: Path, mode: str = "r", **options: Any) -> Any:
        file = real(path, mode, **options)
        return Full(file, left) if path.suffix in {".parquet", ".arrow"} and "w" in mode else file

    out = tmp_path / "out" / "release"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", limited)
        with pytest.raises(DataError, match=r"could not be written: .*No space left on device"):
            build(corpus_of(checkout), out, version="0.1.0")
    assert not out.parent.exists()
    check_one_right_release(out, checkout, whole)


@pytest.mark.slow
@pytest.mark.parametrize("limit", [2_000, 12_000])
def test_a_quota_on_files_ends_in_a_clear_error_and_nothing_else(
    checkout: Path, whole: BuildReport, tmp_path: Path, limit: int
) -> None:
    out = tmp_path / "out" / "release"
    ended = run(SMALL_FILES.format(limit=limit), checkout, out)
    assert "DataError" in ended.stderr
    assert "File too large" in ended.stderr
    assert not out.parent.exists()
    check_one_right_release(out, checkout, whole)


def test_a_read_only_folder_is_an_error_of_the_call(checkout: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        with (
            small_disk(tmp_path / "disk", kilobytes=16, read_only=True) as disk,
            pytest.raises(CallError, match=r"cannot write to .*: Read-only file system"),
        ):
            build(corpus_of(checkout), disk / "release", version="0.1.0")
        return
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o555)
    with pytest.raises(CallError, match=r"cannot write to .*: Permission denied"):
        build(corpus_of(checkout), folder / "release", version="0.1.0")
    assert list(folder.iterdir()) == []


def test_the_folder_of_a_build_that_goes_on_is_not_swept_away(tmp_path: Path) -> None:
    out = tmp_path / "release [1]*"
    left = tmp_path / f"{out.name}.unfinished-killed"
    left.mkdir()
    (left / "README.md").write_text("half", encoding="utf-8")
    other = tmp_path / "release 1.unfinished-of-another"
    other.mkdir()
    with folder_beside(out) as first:
        assert not left.exists()
        with folder_beside(out) as second:
            assert first != second
            assert first.is_dir()
    assert sorted(path.name for path in tmp_path.iterdir()) == [other.name]


def test_builders_that_start_at_once_never_sweep_away_each_other(tmp_path: Path) -> None:
    """A folder is made and then locked; in between another run may take it for a dead one's."""
    out, lost = tmp_path / "release", []

    def work() -> None:
        for _ in range(40):
            with folder_beside(out) as folder:
                (folder / "file").write_text("", encoding="utf-8")
                if not (folder / "file").is_file():
                    lost.append(folder)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert lost == []
    assert list(tmp_path.iterdir()) == []
