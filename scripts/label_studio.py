#!/usr/bin/env python3
"""Label Studio: a server with a blind project for every annotator, and what is pushed there."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer

from khabar.corpus import read_corpus
from khabar.errors import CallError
from khabar.files import write_json, write_text
from khabar.gathering import require_annotator
from khabar.labelstudio import labelling_config, task
from khabar.labelstudio.accounts import FILE, Role, Site
from khabar.labelstudio.installation import install, installation_folder
from khabar.labelstudio.server import serving
from khabar.schema import default_annotations
from khabar.terminal import print_data, program, run, talk

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
DATA = BUILD / "label-studio-data"


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
        missing = corpus.without_text
        talk.print(f"{len(missing)} left out, text not on this machine: {', '.join(missing)}", markup=False)
    talk.print(
        f"{len(tasks)} tasks. In Label Studio, for each annotator a project of their own (so that none sees\n"
        f"what another does):\n"
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
    annotators: Annotated[
        list[str],
        typer.Option(
            "--annotator", metavar="ID", help="Who annotates, an id of annotators.yaml (repeatable)."
        ),
    ] = [],  # noqa: B006
    judges: Annotated[
        list[str], typer.Option("--judge", metavar="ID", help="Who decides where they differ (repeatable).")
    ] = [],  # noqa: B006
    port: Annotated[int, typer.Option(min=1, max=65535, help="On 127.0.0.1.")] = 8080,
    data: Data = DATA,
    annotations: Annotations = default_annotations(),
    texts: Texts = [],  # noqa: B006
) -> None:
    """Serve Label Studio on this machine until Ctrl-C: an account for everybody, blind to each other.

    Example: label_studio.py serve --annotator annotator-a --annotator annotator-b --judge judge-1
    """
    corpus = read_corpus(annotations, texts)
    people: list[tuple[str, Role]] = [(each, "annotator") for each in annotators]
    people += [(each, "judge") for each in judges]
    for name, role in people:
        require_annotator(corpus, name, role=role)
    installation = install(installation_folder(), say=_say)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with serving(installation, data, people=people, port=port, say=_say) as served:
            if not served.site.accounts:
                raise CallError("nobody has an account yet: name them with --annotator ID and --judge ID")
            _tell_where(served.site, data)
            served.wait()
    except KeyboardInterrupt:
        _say("stopped; the data are kept")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _tell_where(site: Site, data: Path) -> None:
    """Where to click, and where the passwords are; never a password."""
    print_data(f"Label Studio is at {site.url}")
    for each in site.accounts:
        print_data(f"  {each.role} {each.name}: log in as {each.email}")
    print_data(f"passwords are in {data / FILE}, which only you can read\nCtrl-C stops it; the data are kept")


def _say(message: str) -> None:
    talk.print(message, markup=False)


if __name__ == "__main__":
    run(app)
