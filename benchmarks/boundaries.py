#!/usr/bin/env python3
"""How well sentences are found: ours and a naive rule on a corpus whose sentences are known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.table import Table

from khabar.errors import DataError
from khabar.files import dump_json, read_text
from khabar.terminal import Format, print_data, print_table, program, run
from khabar.text import SEGMENTER, segment

app = program(
    help="""How well sentences are found, on a corpus whose sentences are known.

    Example: benchmarks/boundaries.py UD_Arabic-PUD/ar_pud-ud-test.conllu""",
    default_command=True,
)
NAIVE = re.compile(r"[.؟!…]+[\"»”)]*(?=\s|$)")
TEXT = "# text = "


class Found(NamedTuple):
    """Found of the gold's, found beside them, missed of the gold's."""

    right: int
    extra: int
    missed: int

    @property
    def f1(self) -> float:
        """Of the three counts; 0 where nothing is right."""
        return 2 * self.right / max(1, 2 * self.right + self.extra + self.missed)


@app.command()
def boundaries(
    corpus: Annotated[
        Path,
        typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="CoNLL-U, or a sentence a line."),
    ],
    paragraph: Annotated[int, typer.Option(min=2, help="Sentences put on one line.")] = 5,
    form: Annotated[Format, typer.Option("--format", help="How the counts are printed.")] = Format.text,
) -> None:
    """Join sentences into paragraphs, a space between them, and look for their ends again.

    A sentence is found if its end is; the last end of a paragraph counts as well.

    Example: benchmarks/boundaries.py ar_pud-ud-test.conllu --format json
    """
    sentences = read(corpus)
    found = {
        SEGMENTER: total(in_paragraphs(sentences, paragraph, ours)),
        "naive rule": total(in_paragraphs(sentences, paragraph, naive)),
    }
    if form is Format.json:
        print_data(dump_json({name: {**each._asdict(), "f1": each.f1} for name, each in found.items()}))
    else:
        print_table(_table(found))


def read(path: Path) -> list[str]:
    """The sentences of a file, trimmed. `DataError` where there are none or the bytes are not UTF-8."""
    lines = read_text(path).removeprefix("\ufeff").splitlines()
    marked = [line.removeprefix(TEXT) for line in lines if line.startswith(TEXT)]
    sentences = [line.strip() for line in marked or lines if line.strip()]
    if not sentences:
        raise DataError.one(
            path, "sentences were expected, none found", next_step="give the file of a corpus"
        )
    return sentences


def ours(text: str) -> Iterable[int]:
    """Where Khabar ends sentences, in code points."""
    return (each.end for each in segment(text))


def naive(text: str) -> Iterable[int]:
    """Where a mark that closes a sentence, with its quotation marks, stands before a space."""
    return (each.end() for each in NAIVE.finditer(text))


def total(each: Iterable[Found]) -> Found:
    """The sums of the counts."""
    return Found(*map(sum, zip(*each, strict=True)))


def compared(gold: Set[Any], found: Set[Any]) -> Found:
    """The counts of what both have, and of what one has alone."""
    return Found(len(gold & found), len(found - gold), len(gold - found))


def in_paragraphs(
    sentences: Sequence[str], paragraph: int, ends: Callable[[str], Iterable[int]]
) -> Iterator[Found]:
    """The counts of each paragraph of so many sentences, a space between them; the last may have fewer."""
    for start in range(0, len(sentences), paragraph):
        some = sentences[start : start + paragraph]
        gold = {len(" ".join(some[: number + 1])) for number in range(len(some))}
        yield compared(gold, set(ends(" ".join(some))))


def _table(found: dict[str, Found]) -> Table:
    table = Table("", "found", "beside", "missed", "F1", box=None)
    for name, each in found.items():
        table.add_row(name, str(each.right), str(each.extra), str(each.missed), f"{each.f1:.4f}")
    return table


if __name__ == "__main__":
    run(app)
