#!/usr/bin/env python3
"""Annotations in: passes from Label Studio or the quoted form, judges' decisions, gold, agreement."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from khabar.agreement import (
    Passes,
    agreement_tables,
    corpus_pair,
    only,
    pairs,
    passes_in,
    passes_of_corpus,
    remarks,
    report,
)
from khabar.corpus import Corpus, read_corpus
from khabar.differences import say
from khabar.errors import CallError
from khabar.files import dump_json, write_text
from khabar.gathering import Saved, gather_quotes, require_annotator
from khabar.gold import compare_gold, decide, derive_gold, open_differences, save_gold
from khabar.labelstudio import annotator_of, gather_export
from khabar.labelstudio.exports import AnnotatorOf
from khabar.missing import named
from khabar.pages import agreement_page
from khabar.schema import default_annotations
from khabar.suspects import KINDS, Suspect, list_suspects
from khabar.terminal import Format, print_data, print_table, program, run, talk
from khabar.wording import number_of

app = program(
    help="""Annotations in: passes, decisions, gold, agreement.

    Example: gather_annotations.py export.json --map 3=annotator-a --map 4=annotator-b""",
    default_command=True,
)

Annotations = Annotated[Path, typer.Option("--annotations", metavar="DIR", help="The corpus.")]
Texts = Annotated[
    list[Path], typer.Option("--texts", metavar="DIR", help="Where stand-off texts are (repeatable).")
]
Replace = Annotated[
    list[str], typer.Option("--replace", metavar="ARTICLE|all", help="May be overwritten (repeatable).")
]


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help="A Label Studio export, format JSON.")],
    annotator: Annotated[str, typer.Option(metavar="ID", help="Who made all annotations in it.")] = "",
    users: Annotated[
        list[str],
        typer.Option("--map", metavar="USER=ID", help="Whose a user's annotations are (repeatable)."),
    ] = [],  # noqa: B006 - typer copies it
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006
    replace: Replace = [],  # noqa: B006
) -> None:
    """Passes from a Label Studio export (this command needs no name).

    Example: gather_annotations.py export.json --map 3=annotator-a --map b@example.org=annotator-b
    """
    corpus = read_corpus(annotations, texts)
    saved, found = gather_export(corpus, file, annotator=_who(corpus, annotator, users), replace=replace)
    for note in found.notes:
        talk.print(str(note), markup=False)
    _say(saved, corpus)
    counts = f"{number_of(found.read, 'item')} read, {found.kept} kept, {found.listed} left out"
    talk.print(f"{counts}; {number_of(found.trimmed, 'region')} trimmed of white space")


def _who(corpus: Corpus, annotator: str, users: list[str]) -> AnnotatorOf:
    """Annotators as the options name them."""
    if bool(annotator) == bool(users):
        raise CallError(
            "say whose annotations these are: either --annotator ID, or --map USER=ID for each user"
        )
    mapping = dict(each.partition("=")[::2] for each in users)
    for name in [annotator] if annotator else mapping.values():
        require_annotator(corpus, name, role="annotator")
    return (lambda _: annotator) if annotator else annotator_of(mapping)


@app.command()
def quotes(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    annotator: Annotated[str, typer.Option(metavar="ID", help="Whose passes these are.")],
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006
    replace: Replace = [],  # noqa: B006
) -> None:
    """Passes from the quoted form.

    Example: gather_annotations.py quotes annotator-a/*.json --annotator annotator-a
    """
    corpus = read_corpus(annotations, texts)
    _say(gather_quotes(corpus, files, annotator=annotator, replace=replace), corpus)


@app.command(name="differences")
def show_differences(
    article: Annotated[str, typer.Argument(metavar="ARTICLE")],
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006
    form: Annotated[Format, typer.Option("--format")] = Format.text,
) -> None:
    """What the passes of an article differ in, numbered for the judge.

    Example: gather_annotations.py differences authored-taif-1989
    """
    rows = open_differences(read_corpus(annotations, texts), article)
    if form is Format.json:
        print_data(dump_json(rows, indent=1))
        return
    for row in rows:
        print_data(_difference_lines(row))
    talk.print(f"{number_of(len(rows), 'difference')} to decide")


def _difference_lines(row: dict[str, Any]) -> str:
    """One difference in a few lines."""
    owner = row.get("event", row)
    what = f"{row['role']} of {owner['type']}" if "role" in row else row["type"]
    place = row.get("entity", row)
    says = f"only in {', '.join(row['in'])}"
    if "attribute" in row:
        values = [f"{say(value)} in {name}" for name, value in row["values"].items()]
        says = f"{row['attribute']} is {', '.join(values)}"
    lines = [
        f"{row['name']} {row['kind']} {what} {place['text']!r} [{place['start']}, {place['end']}): {says}"
    ]
    lines.append(f"    {row['context']}")
    if "event_context" in row:
        lines.append(f"    event {owner['text']!r}: {row['event_context']}")
    return "\n".join([*lines, *(f"    {each}" for each in row.get("arguments", ()))])


@app.command(name="decide")
def decide_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006
    replace: Replace = [],  # noqa: B006
    amend: Annotated[
        bool, typer.Option("--amend", help="Add to and override the decisions there are (a review).")
    ] = False,
) -> None:
    """Judges' files become decisions, if gold follows from them without a fault.

    Example: gather_annotations.py decide judge-1/*.json
    """
    corpus = read_corpus(annotations, texts)
    _say(decide(corpus, files, replace=replace, amending=amend), corpus)


@app.command()
def gold(
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if gold differs.")] = False,
) -> None:
    """Gold from passes and decisions.

    Example: gather_annotations.py gold --check
    """
    corpus = read_corpus(annotations, texts)
    derived = derive_gold(corpus)
    if check:
        compare_gold(corpus, derived)
        talk.print(
            f"gold is what passes and decisions give: {number_of(len(derived.annotations), 'article')}"
        )
    else:
        saved = save_gold(corpus, derived)
        talk.print(f"gold: {len(saved.written)} written, {len(saved.unchanged)} unchanged")
    absent = [each.article for each in derived.annotations if corpus.articles[each.article].text is None]
    if absent:
        talk.print(f"{len(absent)} derived without their text: {named(absent)}", markup=False)
    if derived.waiting:
        waiting = ", ".join(derived.waiting)
        talk.print(f"{len(derived.waiting)} waiting for decisions: {waiting}", markup=False)


@app.command()
def suspects(
    articles: Annotated[list[str], typer.Argument(metavar="[ARTICLE]...")] = [],  # noqa: B006
    layer: Annotated[str, typer.Option(metavar="NAME", help="gold, or an annotator.")] = "gold",
    kinds: Annotated[
        list[str], typer.Option("--kind", metavar="KIND", help="Only these kinds (repeatable).")
    ] = [],  # noqa: B006
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006
    form: Annotated[Format, typer.Option("--format")] = Format.text,
) -> None:
    """What a reviewer should look at, the gravest first: places the rest of the corpus speaks against.

    Example: gather_annotations.py suspects authored-taif-1989 --kind unannotated_name
    """
    if unknown := sorted(set(kinds) - set(KINDS)):
        raise CallError(f"no kind {', '.join(unknown)} (there are {', '.join(KINDS)})")
    found = list_suspects(read_corpus(annotations, texts), layer=layer, articles=articles, kinds=kinds)
    if form is Format.json:
        print_data(dump_json(found.as_json(), indent=1))
    else:
        for each in found.suspects:
            print_data(_suspect_lines(each))
    for kind, count in found.counts.items():
        if not kinds or kind in kinds:
            talk.print(f"{count:6} {kind}: {KINDS[kind]}")
    if found.without_text:
        talk.print(
            f"{len(found.without_text)} without their text, so that only types and arguments were looked at: "
            f"{named(found.without_text)}",
            markup=False,
        )


def _suspect_lines(each: Suspect) -> str:
    """One suspect in two lines."""
    place = f"{each.article} [{each.start}, {each.end})"
    return f"{each.weight:.2f} {each.kind} {place} {each.type} {each.text!r}: {each.why}\n    {each.context}"


@app.command(name="agreement")
def show_agreement(
    passes: Annotated[
        Path | None,
        typer.Option("--passes", metavar="DIR", help="Other passes than the corpus's: a pilot's."),
    ] = None,
    articles: Annotated[str, typer.Option(metavar="ID,ID", help="Only these.")] = "",
    page: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write a page, too.")] = None,
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006
    form: Annotated[Format, typer.Option("--format")] = Format.text,
) -> None:
    """How far the annotators agree before adjudication, with 95 % intervals over articles.

    Over the corpus (each article's two passes that its gold was made of), then every two annotators.

    Example: gather_annotations.py agreement --page build/agreement.html
    """
    corpus = read_corpus(annotations, texts)
    given: Passes = passes_in(corpus, passes) if passes else passes_of_corpus(corpus)
    given = only(given, articles.split(",")) if articles else given
    headline = corpus_pair(corpus, given) if passes is None else None
    found = report(corpus, headline, pairs(corpus, given))
    if page is not None:
        write_text(page, agreement_page(found, corpus.schema))
        talk.print(f"wrote {page}", markup=False)
    if form is Format.json:
        print_data(dump_json(found, indent=1))
    else:
        for table in agreement_tables(found):
            print_table(table)
    for line in remarks(found):
        talk.print(line, markup=False)


def _say(saved: Saved, corpus: Corpus) -> None:
    for path in saved.written:
        talk.print(f"wrote {path.relative_to(corpus.folder)}", markup=False)
    for path in saved.unchanged:
        talk.print(f"{path.relative_to(corpus.folder)} already holds exactly this", markup=False)


if __name__ == "__main__":
    run(app)
