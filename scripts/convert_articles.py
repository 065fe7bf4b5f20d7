#!/usr/bin/env python3
"""Articles in: web pages, text copied off pages and JSON Lines become articles of the corpus."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from khabar.corpus import Corpus, Source, read_corpus, text_folders
from khabar.errors import CallError, DataError, Report
from khabar.fetching import fetch
from khabar.files import dump_json, write_json
from khabar.inputs import RawArticle, documents_in, files_of, read_inputs
from khabar.intake import Intake, Terms, convert, describe, known_articles, require_source, save
from khabar.labelstudio import task
from khabar.missing import missing_texts
from khabar.schema import default_annotations
from khabar.selection.command import select_command
from khabar.streams import FORMS, Conversion, Limits, Settings, convert_stream, find_files
from khabar.telling import as_json, as_text, explanations
from khabar.terminal import Format, meter, print_data, program, progress, run, talk
from khabar.text.furniture import default_rules, load_rules

app = program(
    help="""Articles in: raw pages and texts become articles of the corpus.

    Example: convert_articles.py pages/ more.jsonl --source authored --explain --dry-run""",
    default_command=True,
)


@app.command(name="convert")
def convert_articles(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="INPUT...",
            help="Files (.txt .md .html .htm .jsonl), folders of them, or that of a line-aligned source.",
        ),
    ],
    source: Annotated[str, typer.Option(metavar="ID", help="Where they come from: an id in sources.yaml.")],
    document: Annotated[
        list[str],
        typer.Option(metavar="ID", help="Only this document of a line-aligned source (repeatable)."),
    ] = [],  # noqa: B006 - typer copies it
    annotations: Annotated[
        Path, typer.Option("--annotations", metavar="DIR", help="The corpus.")
    ] = default_annotations(),
    texts: Annotated[
        list[Path], typer.Option("--texts", metavar="DIR", help="Where stand-off texts are (repeatable).")
    ] = [],  # noqa: B006
    rules: Annotated[
        Path | None, typer.Option(metavar="FILE", help="More furniture rules, after Khabar's own.")
    ] = None,
    licence: Annotated[str | None, typer.Option(help="Instead of the source's.")] = None,
    origin: Annotated[str | None, typer.Option(help="Instead of the source's, and of the address.")] = None,
    tasks: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the articles as Label Studio tasks.")
    ] = None,
    texts_out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write the article texts here too, stand-off ones also."),
    ] = None,
    allow_duplicates: Annotated[
        bool, typer.Option("--allow-duplicates", help="Take near duplicates, and say so.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="List everything that was removed, and why.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
    form: Annotated[Format, typer.Option("--format")] = Format.text,
) -> None:
    """Clean, check and add articles (this command needs no name). All of them are written, or none.

    Example: convert_articles.py page.html --source authored --tasks build/tasks.json
    """
    corpus = Corpus(annotations, text_folders(texts))
    terms = Terms(require_source(corpus, source), licence, origin)
    furniture = default_rules() if rules is None else default_rules().and_also(load_rules(rules))
    reports: list[Report] = []
    intake = convert(
        corpus,
        _raw_articles(inputs, terms.source, document, reports),
        terms,
        rules=furniture,
        allow_duplicates=allow_duplicates,
        reports=reports,
    )
    if explain and form is Format.text:
        for line in explanations(intake):
            print_data(line)
    if intake.reports:
        raise DataError(intake.reports)
    made = [task(each.article, schema=corpus.schema) for each in intake.converted] if tasks else []
    if not dry_run:
        save(corpus, intake, texts_out=texts_out)
        if tasks:
            write_json(tasks, made)
    print_data(
        dump_json(as_json(intake), indent=1)
        if form is Format.json
        else "\n".join(map(as_text, intake.converted))
    )
    _say(intake, dry_run=dry_run, tasks=tasks)


@app.command(name="fetch")
def fetch_texts(
    source: Annotated[str, typer.Argument(metavar="ID", help="A stand-off source of sources.yaml.")],
    into: Annotated[Path, typer.Option(metavar="DIR", help="Where its files go; KHABAR_TEXTS may name it.")],
    annotations: Annotated[
        Path, typer.Option("--annotations", metavar="DIR", help="The corpus.")
    ] = default_annotations(),
) -> None:
    """Get the texts of a stand-off source from the addresses it gives, and check them.

    Example: convert_articles.py fetch ntrex --into ~/khabar-texts
    """
    fetched = fetch(require_source(Corpus(annotations), source), into)
    for path in fetched.written:
        print_data(str(path))
    talk.print(f"{len(fetched.written)} fetched, {len(fetched.unchanged)} there already")


@app.command(name="missing")
def list_missing_texts(
    annotations: Annotated[
        Path, typer.Option("--annotations", metavar="DIR", help="The corpus.")
    ] = default_annotations(),
    texts: Annotated[
        list[Path], typer.Option("--texts", metavar="DIR", help="Where stand-off texts are (repeatable).")
    ] = [],  # noqa: B006 - typer copies it
    form: Annotated[Format, typer.Option("--format", help="Text or JSON.")] = Format.text,
) -> None:
    """List the articles whose text is not on this machine, and how to get it.

    Example: convert_articles.py missing --texts ~/khabar-texts
    """
    found = missing_texts(read_corpus(annotations, texts))
    if form is Format.json:
        print_data(dump_json([asdict(each) for each in found], indent=1))
        return
    for each in found:
        for article in each.articles:
            print_data(article)
        talk.print(f"{len(each.articles)} of {each.source}: {each.how_to_get}", markup=False)
    if not found:
        talk.print("every text is here")


@app.command(name="stream")
def convert_a_stream(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...",
            help=f"Files ({' '.join(FORMS)}), folders, globs, or fsspec addresses of such.",
        ),
    ],
    source: Annotated[str, typer.Option(metavar="ID", help="Where they come from: an id in sources.yaml.")],
    out: Annotated[str, typer.Option(metavar="DIR", help="Folder or fsspec address to write.")],
    form: Annotated[str, typer.Option("--to", metavar="FORM", help="Form of the parts.")] = ".jsonl.zst",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; every core by default.")] = None,
    shard: Annotated[int, typer.Option(min=1, max=1_000_000, help="Articles in a part.")] = 1000,
    seconds: Annotated[int, typer.Option(min=1, help="CPU time one article may take.")] = 60,
    megabytes: Annotated[int, typer.Option(min=64, help="Memory one article may take.")] = 2048,
    annotations: Annotated[
        Path, typer.Option("--annotations", metavar="DIR", help="The corpus.")
    ] = default_annotations(),
    rules: Annotated[Path | None, typer.Option(metavar="FILE", help="More furniture rules.")] = None,
) -> None:
    """Convert a stream of any length on all cores, outside the corpus; run it again to go on after a stop.

    Example: convert_articles.py stream 'news/*.jsonl.gz' --source ours --out build/news
    """
    corpus = Corpus(annotations)
    known = {each.id: each.text_sha256 for each in known_articles(corpus).values()}
    furniture = default_rules() if rules is None else default_rules().and_also(load_rules(rules))
    conversion = Conversion(Terms(require_source(corpus, source)), furniture, known)
    settings = Settings(form=form, shard=shard, limits=Limits(seconds, megabytes))
    settings = replace(settings, workers=workers or settings.workers)
    files = find_files(inputs)
    with meter("Converting", total=sum(each.size or 0 for each in files) or None, unit="articles") as tell:
        summary = convert_stream(files, out, conversion, settings, tell=tell)
    print_data(dump_json(asdict(summary), indent=1))
    for kind, count in summary.kinds.items():
        talk.print(f"{count} quarantined: {kind}")
    talk.print(f"{summary.written} of {summary.read} written to {out}", markup=False)


app.command("select")(select_command)


def _raw_articles(
    inputs: list[Path], source: Source, documents: list[str], reports: list[Report]
) -> Iterator[RawArticle]:
    aligned = [path for path in inputs if source.lines is not None and source.lines.in_folder(path)]
    if documents and not aligned:
        raise CallError(f"--document goes with a folder that holds the line-aligned files of {source.id!r}")
    for folder in aligned:
        yield from documents_in(folder, source.lines, documents) if source.lines else ()
    for path in progress(files_of(path for path in inputs if path not in aligned), doing="Converting"):
        yield from read_inputs(path, reports)


def _say(intake: Intake, *, dry_run: bool, tasks: Path | None) -> None:
    for pair in intake.duplicates:
        talk.print(f"allowed: {pair.right} is {describe(pair)} {pair.left}", markup=False)
    count, unchanged = len(intake.new), len(intake.converted) - len(intake.new)
    verb, after = ("would be added", "; nothing written") if dry_run else ("added", "")
    talk.print(f"{count} {verb}, {unchanged} there already{after}")
    if tasks and not dry_run:
        talk.print(f"tasks in {tasks}: {len(intake.converted)}", markup=False)


if __name__ == "__main__":
    run(app)
