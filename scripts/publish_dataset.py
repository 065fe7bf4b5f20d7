#!/usr/bin/env python3
"""Splits, releases (build, check, publish) and the guidelines' tables, from the corpus."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

import khabar
from khabar.corpus import read_corpus
from khabar.errors import CallError, DataError
from khabar.files import dump_json
from khabar.guidelines import fill_guidelines
from khabar.release import build, diff, verify
from khabar.release.changelog import as_json, by_article, changes_table, counts_table, entry, summary
from khabar.release.counts import sizes_table
from khabar.release.errata import errata_table, read_errata
from khabar.release.pulling import pull
from khabar.release.retrieval import manifest_at
from khabar.schema import default_annotations, load_schema
from khabar.silver import check_apart
from khabar.silver.command import silver_command
from khabar.splitting import divide, splits_table
from khabar.terminal import Format, print_data, print_table, program, progress, run, talk

app = program(
    help="""Splits and releases of the dataset, and the guidelines' tables.

    Example: publish_dataset.py build && publish_dataset.py verify build/release"""
)
Annotations = Annotated[Path, typer.Option(metavar="DIR", help="The corpus: an annotations folder.")]
Texts = Annotated[list[Path], typer.Option(metavar="DIR", help="A folder of stand-off texts (repeatable).")]
Printed = Annotated[Format, typer.Option("--format", help="How to print the result.")]


@app.command("build")
def build_command(
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder to make. [default: build/release]")
    ] = None,
    version: Annotated[
        str, typer.Option(help="The release's version; code and data share one.")
    ] = khabar.__version__,
    previous: Annotated[
        str | None,
        typer.Option(
            metavar="PLACE", help="The release before it: a smaller --version than asked is refused."
        ),
    ] = None,
    hold_out: Annotated[
        str | None,
        typer.Option(metavar="SPLIT", help="Leave this split's labels out; they go to a folder beside."),
    ] = None,
    with_texts: Annotated[
        list[str],
        typer.Option(
            metavar="SOURCE", help="Keep its texts, which nobody may pass on: for this machine alone."
        ),
    ] = [],  # noqa: B006 - Typer copies it
    apart_from: Annotated[
        list[str], typer.Option(metavar="SILVER", help="Refuse if this silver release has an article of it.")
    ] = [],  # noqa: B006 - Typer copies it
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006 - Typer copies it
    format: Printed = Format.text,  # noqa: A002 - the option's name
) -> None:
    """Write the release folder, after every row has come back right through `datasets.load_dataset`.

    Example: publish_dataset.py build --out build/release --texts ~/texts
    """
    out = out if out is not None else annotations.resolve().parent / "build" / "release"
    corpus = read_corpus(annotations, texts)
    for each in apart_from:
        check_apart(corpus, each)
    report = build(corpus, out, version=version, previous=previous, hold_out=hold_out, with_texts=with_texts)
    for line in report.remarks:
        _say(line)
    if format is Format.json:
        print_data(dump_json(report.as_json(), indent=1))
    else:
        print_table(sizes_table(report.manifest))


app.command("silver")(silver_command)


@app.command("verify")
def verify_command(
    folder: Annotated[str, typer.Argument(help="A release folder, or hf://datasets/owner/name@revision.")],
    manifest: Annotated[
        str | None, typer.Option(help="A manifest.json you trust more than the one in the folder.")
    ] = None,
) -> None:
    """Check every file of a release, and every row as the loader gives it, against its manifest.

    Example: publish_dataset.py verify build/release
    """
    if report := verify(folder, manifest):
        raise DataError(report)
    given = manifest_at(manifest if manifest is not None else folder)
    print_data(f"release {given.release}, content digest {given.content_digest}: every file and row is right")


@app.command("pull-release")
def pull_command(
    place: Annotated[str, typer.Argument(metavar="ADDRESS", help="hf://datasets/owner/name@revision.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to make.")],
) -> None:
    """Fetch a published release into a folder, if every file and row is what its manifest says.

    Example: publish_dataset.py pull-release hf://datasets/owner/khabar@v0.1.0 --out releases/v0.1.0
    """
    manifest = pull(place, out)
    print_data(f"release {manifest.release}, content digest {manifest.content_digest}: {out}")


@app.command("guidelines")
def guidelines_command(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if they are stale.")] = False,
    annotations: Annotations = default_annotations(),
) -> None:
    """Write the type tables of guidelines.md from schema.yaml.

    Example: publish_dataset.py guidelines --check
    """
    path = annotations / "guidelines.md"
    if not path.is_file():
        raise CallError(f"no guidelines.md in {annotations}")
    stale = fill_guidelines(path, load_schema(annotations / "schema.yaml"), check=check)
    if stale and check:
        raise DataError.one(
            path,
            "its tables are not those of schema.yaml",
            next_step="run scripts/publish_dataset.py guidelines",
        )
    talk.print(f"{path}: {'written' if stale else 'tables are those of schema.yaml'}", markup=False)


@app.command("splits")
def splits_command(
    seed: Annotated[int | None, typer.Option(min=0, help="[default: as splits.yaml says]")] = None,
    sizes: Annotated[str | None, typer.Option(metavar="N/N/N", help="[default: as splits.yaml says]")] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if it would change.")] = False,
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006 - Typer copies it
    format: Printed = Format.text,  # noqa: A002 - the option's name
) -> None:
    """Write splits.yaml by a seeded search for balance, and say what each split holds.

    Example: publish_dataset.py splits --seed 1 --sizes 32/8/16
    """
    over = partial(progress, doing="searching")
    report = divide(read_corpus(annotations, texts), seed, sizes, check=check, tell=_say, over=over)
    if format is Format.json:
        print_data(dump_json(report.as_json(), indent=1))
    else:
        print_table(splits_table(report))


@app.command("diff")
def diff_command(
    before: Annotated[str, typer.Argument(metavar="A", help="A release folder, or an hf:// address.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The newer one, in the same words.")],
    changelog: Annotated[
        bool, typer.Option("--changelog", help="Print an entry for CHANGELOG.md instead.")
    ] = False,
    format: Printed = Format.text,  # noqa: A002 - the option's name
) -> None:
    """Say what differs between two releases, label by label, and which version the rule asks for.

    An address is hf://datasets/owner/name@revision.

    Example: publish_dataset.py diff releases/v0.1.0 build/release --changelog
    """
    if changelog and format is Format.json:
        raise CallError("--changelog is Markdown, --format json is not: name one of them")
    found = diff(before, after)
    if changelog or format is Format.json:
        print_data(entry(found) if changelog else dump_json(as_json(found), indent=1))
        return
    for heading, changes in by_article(found):
        print_table(changes_table(changes, title=heading))
    if found.changes:
        print_table(counts_table(found))
    print_data(summary(found))


@app.command("errata")
def errata_command(
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006 - Typer copies it
    format: Printed = Format.text,  # noqa: A002 - the option's name
) -> None:
    """Check and list the known errors of the gold, and the releases not to be used any more.

    Example: publish_dataset.py errata --format json
    """
    errata = read_errata(read_corpus(annotations, texts))
    if format is Format.json:
        print_data(dump_json(errata.as_json(), indent=1))
        return
    print_table(errata_table(errata)) if errata.known else print_data("no error is known")
    for each in errata.deprecated:
        print_data(f"{each.release} is not to be used: {each.reason} Use: {each.instead or 'none yet'}")
    if errata.unchecked:
        _say(f"{len(errata.unchecked)} not held against a text: {', '.join(errata.unchecked)}")


@app.command("publish")
def publish_command(
    repository: Annotated[
        str | None, typer.Argument(metavar="OWNER/NAME", help="The repository, on the Hub of HF_ENDPOINT.")
    ] = None,
    release: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The release. [default: build/release]")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Publish to DIR/v<version>, not to the Hub.")
    ] = None,
    board: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Put these pages into a static Space instead.")
    ] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="It leaves articles out, and may go out so.")
    ] = False,
    private: Annotated[
        bool, typer.Option("--private", help="A repository made anew is private; held-out labels ask for it.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    format: Printed = Format.text,  # noqa: A002 - the option's name
) -> None:
    """Publish a release: checked, in one commit, read back, tagged, and loaded by its tag.

    Running it again finishes a run that was torn; a release that is there is never changed. The token is
    that of `hf auth login` or HF_TOKEN.

    Example: publish_dataset.py publish khabar/khabar --partial --dry-run
    """
    from khabar.release.hub import publish, publish_board  # the Hub's client takes a second to import
    from khabar.release.mirror import publish_to

    if (repository is None) == (to is None) or (board and to):
        raise CallError("name one place: a repository (pages go to no other), or --to a folder")
    if board is not None and (release is not None or partial):
        raise CallError("--release and --partial are of a release; --board publishes pages")
    folder = release or default_annotations().resolve().parent / "build" / "release"
    if to is not None:
        done = publish_to(folder, to, partial=partial, private=private, dry_run=dry_run, tell=_say)
    elif board is not None:
        done = publish_board(board, str(repository), private=private, dry_run=dry_run, tell=_say)
    else:
        done = publish(
            folder,
            str(repository),
            partial=partial,
            private=private,
            dry_run=dry_run,
            tell=_say,
        )
    print_data(dump_json(done.as_json(), indent=1) if format is Format.json else done.as_text())


def _say(text: str) -> None:
    talk.print(text, markup=False)


if __name__ == "__main__":
    run(app)
