"""Manners of the programs: talk to stderr, data to stdout, exit 0 (ok), 1 (wrong data), 2 (wrong call)."""

from __future__ import annotations

import errno
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, track
from rich.table import Table
from typer.core import TyperGroup

from khabar.errors import CallError, DataError, KhabarError
from khabar.files import dump_json

Item = TypeVar("Item")

talk = Console(stderr=True, highlight=False, soft_wrap=True)
"""Where programs talk to the person: never data."""


class Format(StrEnum):
    """How a program prints its data."""

    text = "text"
    json = "json"


class DefaultGroup(TyperGroup):
    """A program whose first command is meant when none is named: `evaluate.py F` is `evaluate.py score F`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the first command's name in front, unless one is named or the help of several is asked."""
        of_all = args[:1] == ["--help"] and len(self.commands) > 1
        if not of_all and (not args or args[0] not in self.commands):
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)


def program(*, help: str, default_command: bool = False) -> typer.Typer:  # noqa: A002 - Typer's own word
    """A Typer application with these manners. With `default_command` its first command needs no name."""
    app = typer.Typer(
        cls=DefaultGroup if default_command else TyperGroup,
        add_completion=False,
        no_args_is_help=not default_command,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    if default_command:
        # a callback keeps a program of one command a group, so that the command may be named as well
        app.callback(help=help)(_nothing)
    else:
        app.info.help = help
    return app


def _nothing() -> None:
    """What a program does before its command."""


def run(app: typer.Typer, arguments: Sequence[str] | None = None) -> None:
    """Run the program; errors go to stderr (JSON to stdout under `--format json`) and into the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app(given)
    except DataError as error:
        if _wants_json(given):
            print_data(dump_json({"faults": error.as_json()}, indent=1))
        else:
            talk.print(str(error), markup=False)
        sys.exit(1)
    except CallError as error:
        talk.print(f"{error}\nNext: see --help", markup=False)
        sys.exit(2)
    except KhabarError as error:
        talk.print(str(error), markup=False)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        # this machine's: a folder that may not be written, a full disk; without a file it is no call's fault
        if error.filename is None:
            raise
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        remedy = "free some space there, and run the same command again"
        next_step = remedy if full else "name a place that can be read and written"
        talk.print(f"{error.filename}: {error.strerror}\nNext: {next_step}", markup=False)
        sys.exit(2)


def _wants_json(arguments: Sequence[str]) -> bool:
    joined = " ".join(arguments)
    return "--format json" in joined or "--format=json" in joined


def print_data(text: str) -> None:
    """Data, to stdout, as it is."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()


def print_table(table: Table) -> None:
    """A table, to stdout: 120 columns where it is not a terminal, so that pipes get whole rows."""
    console = Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=120)
    console.print(table)


def progress(items: Iterable[Item], *, doing: str, total: int | None = None) -> Iterator[Item]:
    """The items, with a progress bar on stderr while they are worked through."""
    yield from track(
        items, description=doing, total=total, console=talk, transient=True, disable=not talk.is_terminal
    )


@contextmanager
def meter(doing: str, *, total: int | None, unit: str) -> Iterator[Callable[[int, int, bool], None]]:
    """A progress bar on stderr with rate and time left, and what moves it on.

    That is called with a number of things done, how much of `total` they were, and whether this run did them:
    what an earlier one did counts as done, but makes neither rate nor time left.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rate]}"))
    pace = Pace(total)
    with Progress(*columns, console=talk, transient=True, disable=not talk.is_terminal) as bar:
        shown = bar.add_task(doing, total=total, rate="")

        def moved_on(done: int, part: int, anew: bool) -> None:
            pace.add(done, part, anew=anew, now=time.monotonic())
            bar.update(shown, advance=part, rate=pace.said(unit))

        yield moved_on


class Pace:
    """How fast a run is and how long it will take, by what it did itself."""

    def __init__(self, total: int | None) -> None:
        self._total = total
        self._begun = self._now = time.monotonic()
        self._things = self._parts = self._new_things = self._new_parts = 0

    def add(self, things: int, part: int, *, anew: bool, now: float) -> None:
        """So many things more, and how much of the total they were, at a time by the monotonic clock."""
        self._things += things
        self._parts += part
        self._now = now
        if anew:
            self._new_things += things
            self._new_parts += part
        elif not self._new_things:
            self._begun = now

    def said(self, unit: str) -> str:
        """Things done, how many a second, and the time left."""
        took = self._now - self._begun
        if not self._new_things or took <= 0:
            return f"{self._things:,} {unit}"
        said = f"{self._things:,} {unit}, {self._new_things / took:,.0f}/s"
        if self._total is None or not self._new_parts:
            return said
        left = max(self._total - self._parts, 0) * took / self._new_parts
        return f"{said} {timedelta(seconds=round(left))}"


@contextmanager
def progress_of(doing: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr for work that says itself how much was done: call it with a number."""
    with Progress(console=talk, transient=True, disable=not talk.is_terminal) as bar:
        shown = bar.add_task(doing, total=total)
        yield lambda done: bar.update(shown, advance=done)
