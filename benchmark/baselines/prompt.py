#!/usr/bin/env python3
"""A zero-shot prompt of a chat model behind any OpenAI-compatible endpoint, its answers read strictly."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from rich.table import Table

from khabar.baselines.prompting import Asking, Chat, Reckoning, instructions, reckon
from khabar.baselines.submission import System, read_data, tell_left_out, write_submission
from khabar.errors import CallError, Faults
from khabar.files import dump_json, parse_json, sha256
from khabar.schema import default_annotations, load_schema
from khabar.terminal import Format, print_data, print_table, program, progress, run, talk
from khabar.wording import number_of

ROOT = default_annotations().parent
DEFAULTS = {"temperature": 0, "response_format": {"type": "json_object"}}
DESCRIPTION = (
    "A chat model asked once per article, zero-shot: the schema's types and roles, defined, the "
    "article, an answer in quotes. What is not in the form, or quotes no one place, is counted and left out."
)

app = program(help=__doc__ or "")


@app.command(epilog="Example: benchmark/baselines/prompt.py --base-url http://localhost:8000/v1 --model NAME")
def main(
    base_url: str = typer.Option(..., help="Address of the endpoint, without /chat/completions."),
    model: str = typer.Option(..., help="Name of the model, as the endpoint knows it."),
    api_key_env: str | None = typer.Option(None, help="Environment variable that holds the API key."),
    split: str = typer.Option("test", help="Split to predict: validation or test."),
    release: Path | None = typer.Option(None, help="Release folder; default: the annotations themselves."),
    annotations: Path = typer.Option(default_annotations(), help="Folder of annotations and schema."),
    texts: list[Path] = typer.Option([], help="Folder of stand-off texts; may be given more than once."),
    out: Path | None = typer.Option(None, help="Predictions to write; system.yaml goes beside them."),
    replies: Path | None = typer.Option(None, help="Folder that keeps the answers; default: under build."),
    parameter: list[str] = typer.Option(
        [], help="NAME=JSON in each request, over the defaults; null leaves it out (temperature=null)."
    ),
    limit: int | None = typer.Option(None, min=1, help="Ask about at most so many articles in this run."),
    concurrency: int = typer.Option(4, min=1, max=64, help="Articles asked about at once."),
    attempts: int = typer.Option(5, min=1, help="How often one question is sent at most."),
    timeout: float = typer.Option(300, min=0.1, help="Seconds one answer may take."),
    date: datetime | None = typer.Option(None, formats=["%Y-%m-%d"], help="Date of a new system.yaml."),
    seed: int = typer.Option(0, help="Sent with each question; whether it is heeded is up to the endpoint."),
    form: Format = typer.Option(Format.text, "--format", help="How the counts are printed."),
) -> None:
    """Ask a chat model about each article of a split, and write what its answers say exactly."""
    parameters = {**DEFAULTS, "seed": seed, **dict(map(_parameter, parameter))}
    chat = Chat(base_url, model, _key(api_key_env), parameters, timeout=timeout, attempts=attempts)
    data = read_data(split, annotations=annotations, texts=texts, release=release)
    schema = load_schema(annotations / "schema.yaml")
    slug = re.sub(r"[^A-Za-z0-9.-]+", "-", model).strip("-.") or "model"
    asking = Asking(chat, schema, data.target, replies or ROOT / "build" / "replies" / slug)
    total = len(asking.open if limit is None else asking.open[:limit])
    for _ in progress(asking.run(at_once=concurrency, limit=limit), doing="Asking", total=total):
        pass
    reckoning = reckon(asking.answers, data.target, schema)
    if form is Format.text or not asking.open:  # else the faults are the one JSON value on stdout
        _show(reckoning, form)
    tell_left_out(data)
    articles = number_of(len(data.target), "article")
    talk.print(f"asked about {total} of {articles} now; {len(asking.answers)} have an answer")
    _stop_if_open(asking)
    system = System(
        name=f"Prompt: {model}"[:120],
        authors=["The Khabar maintainers"],
        licence="Apache-2.0",
        training_data="nothing of this dataset; what the model learnt from is its maker's to say",
        description=DESCRIPTION,
        parameters={**_told(chat), "prompt_sha256": sha256(instructions(schema))},
    )
    target = out or ROOT / "benchmark" / "submissions" / f"prompt-{slug}" / "predictions.jsonl"
    write_submission(target, reckoning.records, system, date.date() if date else None)
    talk.print(f"{target}: {articles} of {split}")


def _key(variable: str | None) -> str | None:
    if variable is None:
        return None
    if not os.environ.get(variable):
        raise CallError(f"the environment variable {variable!r}, named by --api-key-env, is not set")
    return os.environ[variable]


def _parameter(given: str) -> tuple[str, Any]:
    name, sign, value = given.partition("=")
    if not sign or not name or name in {"model", "messages", "stream"}:
        raise CallError(
            f"--parameter {given!r}: expected NAME=JSON, of another name than model, messages, stream"
        )
    return name, parse_json(value, source=f"--parameter {name}", where="")


def _told(chat: Chat) -> dict[str, Any]:
    """What system.yaml says of the requests: their plain values, others as JSON."""
    request = {name: each for name, each in chat.request([]).items() if name not in {"messages", "stream"}}
    return {
        name: dump_json(each) if isinstance(each, dict | list) else each for name, each in request.items()
    }


def _stop_if_open(asking: Asking) -> None:
    """Without an answer for every article nothing is written: a partly answered split cannot be scored."""
    faults = Faults("answers")
    for article in asking.open:
        faults.add(article, asking.failed.get(article, "not asked about yet (--limit)"))
    faults.raise_if_any("run the same command again: answered articles are not asked about twice")


def _show(reckoning: Reckoning, form: Format) -> None:
    if form is Format.json:
        print_data(dump_json(reckoning.as_json(), indent=1))
        return
    table = Table("what", "count", title="Answers")
    table.add_row("replies", str(len(reckoning.records)))
    for part, counts in (
        ("unparsable", reckoning.unparsable),
        ("kept", reckoning.kept),
        ("refused", reckoning.refused),
    ):
        for kind, count in counts.items():
            table.add_row(f"{part}: {kind}", str(count))
    table.add_row("tokens of prompts", str(reckoning.prompt_tokens))
    table.add_row("tokens of answers", str(reckoning.completion_tokens))
    table.add_row("replies that tell no tokens", str(reckoning.without_usage))
    print_table(table)


if __name__ == "__main__":
    run(app)
