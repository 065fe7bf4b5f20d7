#!/usr/bin/env python3
"""The whole line on the articles of this repository, each step the program a curator runs.

Example: python scripts/demo.py --out build/demo
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from khabar.corpus import Corpus, layer_folder, read_corpus
from khabar.document import Annotation
from khabar.errors import DataError, Fault, Report
from khabar.files import write_json
from khabar.labelstudio import annotated_task
from khabar.missing import left_out
from khabar.schema import default_annotations
from khabar.standoff import aligned_documents
from khabar.terminal import program, run, talk

app = program(help="Run the whole line. Example: scripts/demo.py --out build/demo", default_command=True)
CHECKOUT = Path(__file__).resolve().parents[1]
HAND_WRITTEN = ("schema.yaml", "sources.yaml", "annotators.yaml", "splits.yaml", "guidelines.md")


def call(*words: str | Path) -> None:
    """Show the command, run it, and stop the demo with its exit code if it fails."""
    shown = " ".join(str(word).replace(f"{CHECKOUT}/", "") for word in words)
    talk.print(f"\n[bold]$ python {shown}[/bold]", markup=True)
    done = subprocess.run([sys.executable, *map(str, words)], check=False)  # noqa: S603 - our own programs
    if done.returncode:
        sys.exit(done.returncode)


def step(title: str) -> None:
    """A heading."""
    talk.rule(f"[bold]{title}", style="yellow")


def raw_inputs(corpus: Corpus) -> list[Path]:
    """A raw page or pasted text where there is one, else the article's own text."""
    raw = {path.stem: path for path in (CHECKOUT / "examples" / "raw").iterdir()}
    texts = corpus.folder / "texts"
    ours = [each.id for each in corpus.articles.values() if not corpus.sources[each.source].standoff]
    return [raw.get(identifier, texts / f"{identifier}.txt") for identifier in ours]


def standoff_inputs(corpus: Corpus) -> dict[str, list[str | Path]]:
    """What convert_articles.py takes for the stand-off articles that are on this machine, by source."""
    found: dict[str, list[str | Path]] = {}
    for article in corpus.articles.values():
        paths = [folder / f"{article.id}.txt" for folder in corpus.texts]
        if corpus.sources[article.source].standoff and (here := [each for each in paths if each.is_file()]):
            found.setdefault(article.source, []).append(here[0])
    for source in corpus.sources.values():
        folders = [each for each in corpus.texts if source.lines is not None and source.lines.in_folder(each)]
        if source.lines is not None and folders:
            names = aligned_documents(folders[0], source.lines)
            ours = [name for name in names if source.article_id(name) in corpus.articles]
            documents = [word for name in ours for word in ("--document", name)]
            found.setdefault(source.id, []).extend([folders[0], *documents])
    return found


def write_export(corpus: Corpus, path: Path, users: dict[str, int]) -> None:
    """The shipped passes as the Label Studio export that annotating in its browser would have given."""
    passes: dict[str, list[Annotation]] = {}
    for each in (each for name in corpus.pass_names for each in corpus.annotations(name)):
        passes.setdefault(each.article, []).append(each)
    here = [each for each in corpus.articles.values() if each.text is not None]
    write_json(
        path, [annotated_task(each, passes[each.id], users=users, schema=corpus.schema) for each in here]
    )


def compare(corpus: Corpus, workspace: Path) -> None:
    """The workspace must hold what the repository ships: texts, passes, gold. Raises DataError if not."""
    made = read_corpus(workspace, corpus.texts)
    faults = [
        Fault(each.id, "the converted text is not the shipped one")
        for each in made.articles.values()
        if corpus.articles[each.id].text_sha256 != each.text_sha256
    ]
    for layer in (*corpus.pass_names, "gold"):
        for path in sorted(layer_folder(workspace, layer).glob("*.json")):
            shipped = layer_folder(corpus.folder, layer) / path.name
            if path.read_bytes() != shipped.read_bytes():
                faults.append(Fault(f"{layer}/{path.name}", "differs from the shipped file"))
    if faults:
        next_step = "see which step changed it, then run the demo again"
        raise DataError(Report(str(workspace), tuple(faults), next_step))
    talk.print(f"{len(made.articles)} articles: texts, passes and gold are the shipped ones, byte for byte.")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="folder to work in; made anew at each run")] = CHECKOUT
    / "build"
    / "demo",
) -> None:
    """Raw articles to leaderboard."""
    began = time.monotonic()
    corpus = read_corpus(default_annotations())
    shutil.rmtree(out, ignore_errors=True)
    workspace = out / "annotations"
    workspace.mkdir(parents=True)
    for name in HAND_WRITTEN:
        shutil.copy(corpus.folder / name, workspace / name)
    (workspace / "decisions").mkdir()
    for article in (each for each in corpus.articles.values() if each.text is not None):
        shutil.copy(corpus.folder / "decisions" / f"{article.id}.json", workspace / "decisions")
    scripts, benchmark, here = CHECKOUT / "scripts", CHECKOUT / "benchmark", ("--annotations", workspace)

    step("1  raw article → article text → Label Studio task")
    tasks = ("--tasks", out / "tasks.json")
    call(scripts / "convert_articles.py", *raw_inputs(corpus), "--source", "authored", *here, *tasks)
    for source, paths in standoff_inputs(corpus).items():
        call(scripts / "convert_articles.py", *paths, "--source", source, *here)
    if corpus.without_text:
        talk.print(left_out(corpus, corpus.without_text), markup=False)

    step("2  Label Studio export → passes → gold")
    users = {name: number for number, name in enumerate(corpus.pass_names, 1)}
    write_export(corpus, out / "export.json", users)
    names = [word for name, number in users.items() for word in ("--map", f"{number}={name}")]
    call(scripts / "gather_annotations.py", out / "export.json", *names, *here)
    call(scripts / "gather_annotations.py", "agreement", *here)
    call(scripts / "gather_annotations.py", "gold", *here)
    compare(corpus, workspace)

    step("3  gold → Hugging Face dataset")
    release = out / "release"
    call(scripts / "publish_dataset.py", "build", "--out", release)

    step("4  baselines → scores → leaderboard")
    for name in ("gazetteer", "crf"):
        predictions = out / "submissions" / name / "predictions.jsonl"
        call(benchmark / "baselines" / f"{name}.py", "--out", predictions)
    board = out / "leaderboard"
    call(benchmark / "evaluate.py", "board", "--submissions", out / "submissions", "--out", board)
    seconds = time.monotonic() - began
    talk.print(
        f"\nDone in {seconds:.0f} s. Look at:\n"
        f"  {board / 'index.html'}  the leaderboard\n"
        f"  {release / 'README.md'}  the dataset card; load_dataset({str(release)!r}, 'documents')\n"
        f"  {out / 'tasks.json'}  tasks to import into Label Studio\n"
        f"  {corpus.folder / 'guidelines.md'}  how to annotate",
        markup=False,
    )


if __name__ == "__main__":
    run(app)
