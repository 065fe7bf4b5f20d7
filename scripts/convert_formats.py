#!/usr/bin/env python3
"""Annotations in the formats of others: out of a release or the corpus, and into passes."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from khabar.corpus import read_corpus
from khabar.errors import CallError, Report
from khabar.formats import (
    Imported,
    Kind,
    Mending,
    Terms,
    Window,
    files_of,
    import_files,
    of_corpus,
    of_release,
    save_import,
    write,
)
from khabar.missing import left_out, named
from khabar.schema import default_annotations, load_schema
from khabar.terminal import program, run, talk
from khabar.wording import number_of

app = program(
    help="""Exports to and imports from CoNLL-2003, CoNLL-U Plus, brat, OneIE/TextEE JSON and spaCy's DocBin.

    Example: convert_formats.py export build/release --format brat --out build/brat"""
)
Annotations = Annotated[Path, typer.Option("--annotations", metavar="DIR", help="The corpus.")]
Texts = Annotated[
    list[Path], typer.Option("--texts", metavar="DIR", help="Where stand-off texts are (repeatable).")
]


class Repair(StrEnum):
    """What an import may mend."""

    tags = "tags"
    marks = "marks"


@app.command("export")
def export_command(
    kind: Annotated[Kind, typer.Option("--format", help="The format.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="A new folder.")],
    release: Annotated[
        Path | None, typer.Argument(metavar="RELEASE_DIR", help="A release; without one, the corpus.")
    ] = None,
    config: Annotated[str, typer.Option(help="documents (gold) or passes.")] = "documents",
    split: Annotated[str, typer.Option(help="One split; without it, all.")] = "",
    triggers: Annotated[bool, typer.Option("--triggers", help="A trigger column in CoNLL-2003.")] = False,
    window: Annotated[Window, typer.Option(help="What a line of OneIE JSON holds.")] = Window.sentence,
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006 - Typer copies it
) -> None:
    """Write articles in a format; what it cannot hold is counted on stderr.

    Example: convert_formats.py export build/release --format conll2003 --triggers --out build/conll
    """
    if triggers and kind is not Kind.conll2003:
        raise CallError("--triggers is of conll2003 alone; the other formats have their triggers always")
    if window is not Window.sentence and kind is not Kind.oneie:
        raise CallError("--window is of oneie alone; the other formats hold whole articles")
    if release is not None:
        schema, absent = load_schema(annotations / "schema.yaml"), ""
        found, held_out = of_release(release, config=config, split=split)
        if held_out:
            absent = (
                f"{number_of(len(held_out), 'article')} left out, labels held out of the release: "
                f"{named(held_out)}"
            )
    else:
        corpus = read_corpus(annotations, texts)
        schema = corpus.schema
        found, missing = of_corpus(corpus, config=config, split=split)
        absent = left_out(corpus, missing) if missing else ""
    made = write(found, kind, out, schema, triggers=triggers, window=window)
    talk.print(
        f"{number_of(made.articles, 'article')} in {number_of(len(made.files), 'file')}: {out}", markup=False
    )
    if absent:
        talk.print(absent, markup=False)
    _tell_counts(f"{kind} cannot hold", made.lost)


@app.command("import")
def import_command(
    path: Annotated[Path, typer.Argument(metavar="FILE|DIR")],
    kind: Annotated[Kind, typer.Option("--format", help="The format.")],
    annotator: Annotated[str, typer.Option(metavar="ID", help="Whose passes these are.")],
    source: Annotated[str, typer.Option(metavar="ID", help="The source of articles that are new.")] = "",
    names: Annotated[
        list[str],
        typer.Option("--map", metavar="OLD=NEW", help="A label, type, role or attribute (repeatable)."),
    ] = [],  # noqa: B006
    repair: Annotated[
        list[Repair],
        typer.Option(help="tags: an I- that continues nothing begins; marks: BOM, bidi marks, NFC."),
    ] = [],  # noqa: B006
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="Drop, and count, what this corpus has no place for.")
    ] = False,
    pattern: Annotated[str, typer.Option("--glob", help="Which files of DIR, such as '*.txt'.")] = "",
    language: Annotated[str, typer.Option(help="The language of new articles.")] = "ar",
    replace: Annotated[
        list[str], typer.Option("--replace", metavar="ARTICLE|all", help="May be overwritten (repeatable).")
    ] = [],  # noqa: B006
    texts_out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where texts of a stand-off source go.")
    ] = None,
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006
) -> None:
    """Write passes from files in a format; every fault is listed, and nothing mended unless asked for.

    Example: convert_formats.py import corpus.conll --format conll2003 --annotator theirs --source theirs
    """
    corpus = read_corpus(annotations, texts)
    mending = Mending(_names(names), Repair.tags in repair, Repair.marks in repair, leave_out)
    terms = Terms(annotator, source, language)
    imported = import_files(corpus, files_of(path, kind, pattern), kind, terms, mending=mending)
    saved = save_import(corpus, imported, replace=replace, texts_out=texts_out)
    _tell(imported)
    talk.print(f"{number_of(len(saved.written), 'file')} written, {len(saved.unchanged)} unchanged")


def _names(given: list[str]) -> dict[str, str]:
    wrong = [each for each in given if not each.partition("=")[0] or "=" not in each]
    if wrong:
        raise CallError(f"--map takes OLD=NEW, found {', '.join(wrong)}")
    return dict(each.partition("=")[::2] for each in given)


def _tell(imported: Imported) -> None:
    for report in imported.left_out:
        talk.print(str(report), markup=False)
    articles = number_of(len(imported.annotations), "pass", "passes")
    talk.print(f"{articles} from {number_of(imported.files, 'file')}, {len(imported.new)} of new articles")
    _tell_counts("mended or filled in", imported.mended)
    _tell_counts("left out", _codes(imported.left_out))


def _codes(reports: tuple[Report, ...]) -> Counter[str]:
    return Counter(fault.code for report in reports for fault in report.faults)


def _tell_counts(what: str, counts: Counter[str]) -> None:
    said = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()) if count)
    if said:
        talk.print(f"{what}: {said}", markup=False)


if __name__ == "__main__":
    run(app)
