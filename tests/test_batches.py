"""Many files at once: all or none, whatever happens meanwhile."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from khabar.batches import only_writer, write_together
from khabar.errors import CallError
from small_disk import small_disk

ARABIC = "موسكو 😀\n"


def files_in(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_files_are_written_over_old_ones_and_into_new_folders(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("old", encoding="utf-8")
    contents = {tmp_path / "old.json": "new", tmp_path / "a" / "b" / "x.json": ARABIC}
    write_together(contents, tmp_path / ".staging")
    assert files_in(tmp_path) == {"a/b/x.json": ARABIC, "old.json": "new"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "old.json"]


def test_what_a_killed_call_left_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / ".staging").mkdir()
    (tmp_path / ".staging" / "7").write_text("half", encoding="utf-8")
    write_together({}, tmp_path / ".staging")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_old_files_and_nothing_else(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=256) as disk:
        old = {disk / f"{number}.json": f"old {number}" for number in range(10)}
        write_together(old, disk / ".staging")
        wanted = dict.fromkeys(old, "ن" * 20000)
        with pytest.raises(OSError, match="No space left on device") as error:
            write_together(wanted, disk / ".staging")
        assert (error.value.errno, Path(error.value.filename).parent) == (errno.ENOSPC, disk)
        assert files_in(disk) == {path.name: text for path, text in old.items()}
        assert not (disk / ".staging").exists()


def test_only_one_process_writes_at_a_time_and_a_killed_one_is_not_in_the_way(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from khabar.batches import only_writer
with only_writer(Path({str(tmp_path)!r})):
    print("in", flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "in\n"
        with pytest.raises(CallError, match="another process writes to"), only_writer(tmp_path):
            pass
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
    with only_writer(tmp_path):
        pass
