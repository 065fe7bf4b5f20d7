#!/usr/bin/env python3
"""Build a release of the dataset, check one, and keep the guidelines' tables in step with the schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

import khabar
from khabar.corpus import read_corpus
from khabar.errors import CallError, DataError
from khabar.files import dump_json
from khabar.guidelines import fill_guidelines
from khabar.release import BuildReport, build, read_manifest, verify
from khabar.schema import default_annotations, load_schema
from khabar.terminal import Format, print_data, print_table, program, run, talk

app = program(
    help="""Releases of the dataset: build one, verify one; and the guidelines' tables, from the schema.

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
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006 - Typer copies it
    format: Printed = Format.text,  # noqa: A002 - the option's name
) -> None:
    """Write the release folder, after every row has come back right through `datasets.load_dataset`.

    Example: publish_dataset.py build --out build/release --texts ~/texts
    """
    out = out if out is not None else annotations.resolve().parent / "build" / "release"
    report = build(read_corpus(annotations, texts), out, version=version)
    _tell(report)
    if format is Format.json:
        print_data(
            dump_json(
                {"folder": str(report.folder), "unchanged": report.unchanged, **report.manifest.model_dump()},
                indent=1,
            )
        )
    else:
        print_table(_counts(report))


def _tell(report: BuildReport) -> None:
    manifest = report.manifest
    for split, ids in manifest.left_out_without_text.items():
        talk.print(f"{split}: {len(ids)} left out, text not on this machine: {', '.join(ids)}", markup=False)
    if ids := manifest.left_out_without_split:
        talk.print(f"{len(ids)} with gold left out, in no split: {', '.join(ids)}", markup=False)
    state = (
        "was there already, the same to the byte" if report.unchanged else "written and checked by loading"
    )
    talk.print(f"release {manifest.release} {state}: {report.folder}", markup=False)


def _counts(report: BuildReport) -> Table:
    splits = report.manifest.counts
    table = Table("", *splits, title=f"Release {report.manifest.release}")
    for name in next(iter(splits.values())).model_dump():
        table.add_row(name.replace("_", " "), *(str(getattr(each, name)) for each in splits.values()))
    return table


@app.command("verify")
def verify_command(
    folder: Annotated[Path, typer.Argument(help="A release folder.")],
    manifest: Annotated[
        Path | None, typer.Option(help="A manifest.json you trust more than the one in the folder.")
    ] = None,
) -> None:
    """Check every file of a release, and every row as the loader gives it, against its manifest.

    Example: publish_dataset.py verify build/release
    """
    if report := verify(folder, manifest):
        raise DataError(report)
    given = read_manifest(manifest if manifest is not None else folder)
    print_data(f"release {given.release}, content digest {given.content_digest}: every file and row is right")


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


if __name__ == "__main__":
    run(app)
