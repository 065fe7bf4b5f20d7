#!/usr/bin/env python3
"""Adjudication in Label Studio: disputes go to a judge, and come back as decisions and gold."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from khabar.corpus import read_corpus
from khabar.errors import CallError, DataError, Fault
from khabar.files import dump_json
from khabar.gathering import Saved, require_annotator
from khabar.labelstudio.accounts import Site, find_site
from khabar.labelstudio.connection import connect
from khabar.labelstudio.judge_project import push_disputes, read_judged
from khabar.labelstudio.judgements import Docket, docket, gather_judgements
from khabar.schema import default_annotations
from khabar.terminal import Format, print_data, program, run, talk
from khabar.wording import number_of

app = program(
    help="""Adjudication in Label Studio: disputes to a judge, decisions and gold back.

    Example: adjudicate.py push --judge judge-1, later adjudicate.py pull --judge judge-1"""
)

DATA = Path(__file__).resolve().parents[1] / "build" / "label-studio-data"
Judge = Annotated[
    str, typer.Option("--judge", metavar="ID", help="Who decides; need not be said where there is one.")
]
Articles = Annotated[str, typer.Option("--articles", metavar="ID,ID", help="Only these.")]
Passes = Annotated[
    list[str],
    typer.Option("--pass", metavar="ANNOTATOR", help="Between these passes (repeatable); default: all."),
]
Data = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="Where the server keeps its data and accounts.json.")
]
Annotations = Annotated[Path, typer.Option("--annotations", metavar="DIR", help="The corpus.")]
Texts = Annotated[
    list[Path], typer.Option("--texts", metavar="DIR", help="Where stand-off texts are (repeatable).")
]
Form = Annotated[Format, typer.Option("--format")]


@app.command()
def push(
    judge: Judge = "",
    articles: Articles = "",
    passes: Passes = [],  # noqa: B006 - typer copies it
    again: Annotated[
        list[str],
        typer.Option("--again", metavar="ARTICLE|all", help="Judge anew what is decided (repeatable)."),
    ] = [],  # noqa: B006
    replace: Annotated[
        list[str],
        typer.Option("--replace", metavar="ARTICLE|all", help="Its task may be made anew (repeatable)."),
    ] = [],  # noqa: B006
    data: Data = DATA,
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006
) -> None:
    """Bring the articles whose passes differ to the judge's project; what is there already stays.

    Example: adjudicate.py push --judge judge-1 --pass annotator-a --pass annotator-b
    """
    corpus, site = read_corpus(annotations, texts), find_site(data)
    name = _judge(site, judge)
    require_annotator(corpus, name, role="judge")
    found = docket(corpus, articles=_ids(articles), passes=passes, again=again)
    _tell_docket(found)
    connection = connect(site, name)
    pushed = push_disputes(connection, name, corpus, found, journals=data, replace=replace)
    for note in pushed.notes:
        _say(note)
    project = f"{site.url}/projects/{pushed.project.id}"
    _say(f"{number_of(len(pushed.added), 'task')} added, {len(pushed.there)} there already: {project}")


@app.command()
def pull(
    judge: Judge = "",
    articles: Articles = "",
    passes: Passes = [],  # noqa: B006
    replace: Annotated[
        list[str],
        typer.Option("--replace", metavar="ARTICLE|all", help="Its decisions may change (repeatable)."),
    ] = [],  # noqa: B006
    data: Data = DATA,
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006
    form: Form = Format.text,
) -> None:
    """Decisions and gold of what the judge submitted, and of articles whose passes agree on everything.

    What is not decided wholly is listed and left; with a fault nothing is written.

    Example: adjudicate.py pull --judge judge-1
    """
    corpus, site = read_corpus(annotations, texts), find_site(data)
    name = _judge(site, judge)
    wanted = set(_ids(articles))
    found = docket(corpus, articles=wanted, passes=passes)
    connection = connect(site, name)
    judged = read_judged(connection, name)
    tasks = [each for each in judged.tasks if not wanted or (each.get("data") or {}).get("article") in wanted]
    link = connection.task_link(judged.project.id, 0).removesuffix("0")
    made = gather_judgements(corpus, tasks, judge=name, agreed=found.agreed, replace=replace, link=link)
    if form is Format.json:
        rows = {name: [asdict(each) for each in getattr(made, name)] for name in ("open", "notes", "refused")}
        print_data(dump_json({"decided": made.decided, **rows}, indent=1))
        raise typer.Exit(1 if made.refused else 0)
    _tell(made.notes)
    _tell(made.open)
    _tell(found.stale)
    waiting = number_of(len({each.where for each in made.open}), "article waits", "articles wait")
    _say(f"{_counts('decisions', made.saved)}; {_counts('gold', made.gold)}; {waiting}")
    if made.refused:
        raise DataError(made.refused)


def _judge(site: Site, given: str) -> str:
    judges = site.names("judge")
    if not given and len(judges) != 1:
        raise CallError(f"say who decides: --judge ID (there are {', '.join(judges) or 'none'})")
    return given or judges[0]


def _ids(articles: str) -> list[str]:
    return articles.split(",") if articles else []


def _tell_docket(found: Docket) -> None:
    """What each article is, in counts, and what needs somebody's eye by name."""
    _say(
        f"{len(found.disputed)} disputed; {len(found.agreed)} agree on everything and need no judge; "
        f"{len(found.decided)} decided already; {len(found.single)} with less than two passes"
    )
    if found.without_text:
        _say(f"{len(found.without_text)} left out, text not on this machine: {', '.join(found.without_text)}")
    _tell(found.stale)


def _tell(faults: list[Fault]) -> None:
    for each in faults:
        _say(str(each))


def _counts(what: str, saved: Saved) -> str:
    return f"{what}: {len(saved.written)} written, {len(saved.unchanged)} as they were"


def _say(message: str) -> None:
    talk.print(message, markup=False)


if __name__ == "__main__":
    run(app)
