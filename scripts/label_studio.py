#!/usr/bin/env python3
"""Label Studio: a server with a blind project for every annotator, and what is pushed there."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer

from khabar.agreement import remarks
from khabar.corpus import Corpus, read_corpus
from khabar.errors import CallError, DataError
from khabar.files import dump_json, write_json, write_text
from khabar.gathering import require_annotator, require_articles
from khabar.labelstudio import labelling_config, task
from khabar.labelstudio.accounts import FILE, Role, Site, find_site, outside_site
from khabar.labelstudio.connection import connect
from khabar.labelstudio.desks import Desk, desks, without_project
from khabar.labelstudio.everybody import push_to_all
from khabar.labelstudio.installation import install, installation_folder
from khabar.labelstudio.ordering import Order, read_scores
from khabar.labelstudio.pulling import pull
from khabar.labelstudio.push import Task, choose
from khabar.labelstudio.rounds import next_round
from khabar.labelstudio.server import serving, where_to_click
from khabar.labelstudio.status import status
from khabar.missing import left_out
from khabar.preannotation import tasks_for
from khabar.schema import default_annotations
from khabar.terminal import Format, print_data, print_table, program, progress_of, run, talk
from khabar.wording import number_of

app = program(
    help="""Label Studio, served with a blind project for every annotator.

    Example: label_studio.py serve --annotator annotator-a --annotator annotator-b --judge judge-1""",
    default_command=True,
)
BUILD = Path(__file__).resolve().parents[1] / "build"

Annotations = Annotated[Path, typer.Option("--annotations", metavar="DIR", help="The corpus.")]
Texts = Annotated[
    list[Path], typer.Option("--texts", metavar="DIR", help="Where stand-off texts are (repeatable).")
]
Data = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="Where the server keeps its data and accounts.json.")
]
Annotators = Annotated[
    list[str],
    typer.Option("--annotator", metavar="ID", help="Who annotates, an id of annotators.yaml (repeatable)."),
]
Articles = Annotated[str, typer.Option("--articles", metavar="ID,ID", help="Only these.")]
Split = Annotated[str, typer.Option("--split", metavar="NAME", help="Only those of train, validation, test.")]
PreAnnotate = Annotated[
    Path | None,
    typer.Option(
        "--pre-annotate", metavar="FILE", help="Begin with these predictions (docs/submissions.md)."
    ),
]
DATA = BUILD / "label-studio-data"
Names = Annotated[
    list[str],
    typer.Option("--annotator", metavar="ID", help="Only these (repeatable); all without it."),
]
Users = Annotated[
    list[str],
    typer.Option(
        "--map",
        metavar="USER=ID",
        help="Whose a user's annotations are: by user id, e-mail or account (repeatable).",
    ),
]


@app.command()
def prepare(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where to write.")] = BUILD / "label-studio",
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006 - typer copies it
) -> None:
    """Write label_config.xml and tasks.json, to import by hand (this command needs no name).

    Example: label_studio.py --texts ~/articles
    """
    corpus = read_corpus(annotations, texts)
    tasks = [task(each, schema=corpus.schema) for each in corpus.articles.values() if each.text is not None]
    write_text(out / "label_config.xml", labelling_config(corpus.schema))
    write_json(out / "tasks.json", tasks)
    if corpus.without_text:
        talk.print(left_out(corpus, corpus.without_text), markup=False)
    talk.print(
        f"{number_of(len(tasks), 'task')}. In Label Studio, for each annotator a project of their own\n"
        f"(so that none sees what another does):\n"
        f"  Create Project > Labeling Setup > Custom template: paste {out / 'label_config.xml'}\n"
        f"  Data Import: upload {out / 'tasks.json'}\n"
        f"  when done, Export > JSON, then: scripts/gather_annotations.py EXPORT.json --annotator ID",
        markup=False,
    )


@app.command(name="install")
def install_server() -> None:
    """Install the server without starting it (serve does so by itself).

    Example: label_studio.py install
    """
    print_data(str(install(installation_folder(), say=_say).folder))


@app.command()
def serve(
    annotators: Annotators = [],  # noqa: B006
    judges: Annotated[
        list[str], typer.Option("--judge", metavar="ID", help="Who decides where they differ (repeatable).")
    ] = [],  # noqa: B006
    port: Annotated[int, typer.Option(min=1, max=65535, help="On 127.0.0.1.")] = 8080,
    data: Data = DATA,
    articles: Articles = "",
    split: Split = "",
    predictions: PreAnnotate = None,
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006
) -> None:
    """Serve Label Studio on this machine until Ctrl-C, everybody with a project that no other sees.

    With LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY nothing is started: the projects go to that server.

    Example: label_studio.py serve --annotator annotator-a --annotator annotator-b --judge judge-1
    """
    corpus = read_corpus(annotations, texts)
    wanted = tasks_for(corpus, choose(corpus, _ids(articles), split), predictions, say=_say)
    people: list[tuple[str, Role]] = [(each, "annotator") for each in annotators]
    people += [(each, "judge") for each in judges]
    for name, role in people:
        require_annotator(corpus, name, role=role)
    site = outside_site()
    if site is not None:
        _push_all(site, annotators, corpus, wanted, data)
        return
    if not people and not (data / FILE).is_file():
        raise CallError("nobody has an account yet: name them with --annotator ID and --judge ID")
    installation = install(installation_folder(), say=_say)
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background job is started deaf to the first
        signal.signal(number, _interrupt)
    try:
        with serving(installation, data, people=people, port=port, say=_say) as served:
            try:
                _push_all(served.site, served.site.names("annotator"), corpus, wanted, data)
            except DataError as error:  # what is wrong is set right in Label Studio, so it must run
                _say(str(error))
            print_data(where_to_click(served.site, data))
            served.wait()
    except KeyboardInterrupt:
        _say("stopped; the data are kept")


@app.command(name="push")
def push_tasks(
    annotators: Annotators = [],  # noqa: B006
    data: Data = DATA,
    articles: Articles = "",
    split: Split = "",
    predictions: PreAnnotate = None,
    order: Annotated[Order, typer.Option(help="Which of the articles come first.")] = Order.listed,
    scores: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="How sure a model is of each, for the order `uncertain`."),
    ] = None,
    count: Annotated[
        int | None, typer.Option(min=1, help="At most so many more than the annotators have.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the orders `random` and `diverse`.")] = 0,
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006
) -> None:
    """Bring articles to the annotators' projects on a server that runs; what is there already stays.

    Example: label_studio.py push --split train --pre-annotate benchmark/submissions/crf/predictions.jsonl
    Example: label_studio.py push --order uncertain --scores build/scores.jsonl --count 20
    """
    if scores and order is not Order.uncertain:
        raise CallError("--scores is read for --order uncertain only: say that, or leave it out")
    corpus = read_corpus(annotations, texts)
    chosen, site = choose(corpus, _ids(articles), split), find_site(data)
    names = annotators or site.names("annotator")
    for name in names:
        require_annotator(corpus, name, role="annotator")
    if order is not Order.listed or count is not None:
        people = {name: connect(site, name) for name in names}
        sure = read_scores(scores) if scores else None
        with progress_of("Choosing the next", len(chosen) if count is None else count) as advance:
            chosen = next_round(
                people, chosen, order, seed=seed, scores=sure, count=count, progressed=advance
            )
    wanted = tasks_for(corpus, chosen, predictions, say=_say)
    _push_all(site, names, corpus, wanted, data)


def _push_all(site: Site, names: list[str], corpus: Corpus, tasks: list[Task], data: Path) -> None:
    push_to_all(site, names, corpus, tasks, journals=data, say=_say, progress=progress_of)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _ids(articles: str) -> list[str]:
    return articles.split(",") if articles else []


@app.command(name="pull")
def pull_passes(
    annotators: Names = [],  # noqa: B006
    users: Users = [],  # noqa: B006
    replace: Annotated[
        list[str], typer.Option("--replace", metavar="ARTICLE|all", help="May be overwritten (repeatable).")
    ] = [],  # noqa: B006
    data: Data = DATA,
    annotations: Annotations = default_annotations(),
    form: Annotated[Format, typer.Option("--format")] = Format.text,
) -> None:
    """Passes off the server into the corpus: what is right and new is written, all else is listed.

    Example: label_studio.py pull --annotator annotator-a
    """
    corpus = read_corpus(annotations)
    require_articles(corpus, replace)
    found = []
    for desk in _desks(corpus, data, annotators, users):
        with talk.status(f"reading the project of {desk.name}"):
            found.append(pull(corpus, desk, replace=replace))
        for line in found[-1].lines():
            _say(line)
    reports = [report for each in found for report in each.reports]
    if form is Format.json:
        print_data(dump_json([each.as_json() for each in found], indent=1))
        raise typer.Exit(1 if reports else 0)
    if reports:
        raise DataError(reports)


@app.command(name="status")
def show_status(
    annotators: Names = [],  # noqa: B006
    users: Users = [],  # noqa: B006
    data: Data = DATA,
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006
    form: Annotated[Format, typer.Option("--format")] = Format.text,
) -> None:
    """How far everybody is on the server, and how far those agree who finished the same articles.

    Example: label_studio.py status --format json
    """
    corpus = read_corpus(annotations, texts)
    with talk.status("reading the projects"):
        found = status(corpus, _desks(corpus, data, annotators, users))
    if form is Format.json:
        print_data(dump_json(found.as_json(), indent=1))
        return
    for table in found.tables():
        print_table(table)
    for line in remarks(found.agreement):
        _say(line)


def _desks(corpus: Corpus, data: Path, names: list[str], users: list[str]) -> list[Desk]:
    """The projects to read; who has none is told."""
    site = find_site(data)
    found = desks(corpus, site, names=names, users=_mapping(users))
    for each in without_project(site, found, names):
        _say(f"{each} has no project at {site.url}: label_studio.py push makes it")
    return found


def _mapping(users: list[str]) -> dict[str, str]:
    if wrong := [each for each in users if not all(each.partition("="))]:
        raise CallError(f"expected --map USER=ANNOTATOR, found {', '.join(wrong)}")
    return dict(each.rpartition("=")[::2] for each in users)


def _say(message: str) -> None:
    talk.print(message, markup=False)


if __name__ == "__main__":
    run(app)
