"""How every program ends when something is wrong: one clear error and an exit code, never a traceback."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
import typer

from khabar.errors import CallError, DataError, KhabarError
from khabar.files import write_text
from khabar.scoring.published import MismatchError
from khabar.terminal import Pace, program, run


def app_that_raises(error: BaseException) -> typer.Typer:
    """A program that ends with that error."""
    app = program(help="Example: none")

    @app.command()
    def fail() -> None:
        raise error

    return app


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (DataError.one("a.jsonl", "is wrong"), 1, "a.jsonl: 1 fault"),
        (
            MismatchError("micro: our counts give 1, seqeval gives 0; no score is given"),
            1,
            "no score is given",
        ),
        (KhabarError("[b]stopped[/b]"), 1, "[b]stopped[/b]"),
        (CallError("no such split"), 2, "no such split\nNext: see --help"),
        (PermissionError(errno.EACCES, "Permission denied", "out/x"), 2, "out/x: Permission denied\nNext: "),
    ],
)
def test_an_error_is_told_in_words_with_its_exit_code(
    error: BaseException, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(app_that_raises(error), [])
    assert ended.value.code == code
    told = capsys.readouterr()
    assert words in told.err
    assert told.out == ""


def test_a_folder_that_cannot_be_made_is_told_with_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    app = program(help="Example: none")

    @app.command()
    def write() -> None:
        write_text(tmp_path / "file" / "inner" / "x.txt", "")

    with pytest.raises(SystemExit) as ended:
        run(app, [])
    assert ended.value.code == 2
    assert f"{tmp_path / 'file' / 'inner'}: Not a directory" in capsys.readouterr().err


def test_a_fault_of_no_file_is_a_bug_and_keeps_its_traceback() -> None:
    with pytest.raises(OSError, match="out of luck"):
        run(app_that_raises(OSError("out of luck")), [])


def test_what_an_earlier_run_did_counts_as_done_and_not_as_fast() -> None:
    pace = Pace(total=4000)
    pace.add(2000, 2000, anew=False, now=1000.0)
    assert pace.said("articles") == "2,000 articles"
    pace.add(500, 500, anew=True, now=1010.0)
    assert pace.said("articles") == "2,500 articles, 50/s 0:00:30"
    pace.add(1500, 1500, anew=True, now=1040.0)
    assert pace.said("articles") == "4,000 articles, 50/s 0:00:00"


def test_of_a_total_that_nobody_knows_the_rate_is_said_alone() -> None:
    pace = Pace(total=None)
    pace.add(0, 0, anew=False, now=5.0)
    pace.add(30, 900, anew=True, now=7.0)
    assert pace.said("lines") == "30 lines, 15/s"
