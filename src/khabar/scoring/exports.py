"""The leaderboard for other programs: every figure as CSV, a system's as the Hub's `.eval_results` YAML."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from khabar.errors import CallError
from khabar.scoring.board import check_one_gold
from khabar.scoring.comparison_report import group_of
from khabar.scoring.measures import HEADLINES, TASKS, Task

COLUMNS = (
    *(
        "system",
        "date",
        "submission_sha256",
        "gold_digest",
        "split",
        "schema",
        "release",
        "khabar",
        "seqeval",
    ),
    *("task", "measure", "average", "type", "precision", "recall", "f1", "f1_low", "f1_high"),
    *("match", "predicted", "gold", "group"),
)
"""`average` is micro, macro or type; what is undefined is an empty cell. `system` is the submission's folder:
names its maker chose are in `results.json` only, since a spreadsheet would run one that begins with =."""


def as_csv(results: Mapping[str, Any]) -> str:
    """A line for every figure of every system, floats as JSON has them. Raises as `check_one_gold` does."""
    check_one_gold(results)
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in results["systems"]:
        for each in _figures(results, row):
            writer.writerow(
                {name: _cell(value) for name, value in (_provenance(results, row) | each).items()}
            )
    return file.getvalue()


def _provenance(results: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "system": row["id"],
        "date": row["date"],
        "submission_sha256": row["submission"]["sha256"],
        "gold_digest": row["gold_digest"],
        "split": results["split"],
        "schema": results["schema"],
        "release": results["release"],
        **results["scorer"],
    }


def _figures(results: Mapping[str, Any], row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for measure in results["measures"]:
        name, found = measure["name"], row["measures"][measure["name"]]
        if found is None:
            continue
        named = {"task": measure["task"], "measure": name}
        group = group_of(results["comparison"], name, row["id"])
        yield {**named, "average": "micro", **_values(found["micro"]), "group": group}
        if "macro" in found:
            yield {**named, "average": "macro", **_values(found["macro"])}
        for label, values in found.get("types", {}).items():
            yield {**named, "average": "type", "type": label, **_values(values)}


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    low, high = values["f1_interval"] or (None, None)
    given = {name: value for name, value in values.items() if name in COLUMNS}
    return {**given, "f1_low": low, "f1_high": high}


def _cell(value: Any) -> str:
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def as_eval_results(
    results: Mapping[str, Any],
    system: str,
    *,
    dataset: str,
    revision: str | None = None,
    source: str | None = None,
) -> str:
    """The headline F1 of a system as the YAML of `.eval_results/<name>.yaml` in a model's repository.

    `dataset` is the benchmark's id on the Hub, whose tasks are `entities`, `triggers` and `arguments`;
    `revision` its commit, `source` where the figures can be checked. Tasks without a figure are left out.
    Raises CallError where no such system is on the board, or it has no figure at all.
    """
    from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml

    rows = {row["id"]: row for row in results["systems"]}
    if system not in rows:
        raise CallError(f"no system {system!r} on the board (there are {', '.join(rows)})")
    entries = []
    for task in TASKS:
        found = rows[system]["measures"][HEADLINES[task]]
        if found is not None and found["micro"]["f1"] is not None:
            entries.append(
                EvalResultEntry(
                    dataset_id=dataset,
                    task_id=task,
                    value=found["micro"]["f1"],
                    dataset_revision=revision,
                    date=rows[system]["date"],
                    source_url=source,
                    source_name="Khabar leaderboard" if source else None,
                    notes=_notes(results, rows[system], task, found["micro"]["f1_interval"]),
                )
            )
    if not entries:
        raise CallError(f"{system} predicts nothing that has a headline figure")
    return yaml.safe_dump(eval_result_entries_to_yaml(entries), sort_keys=False, allow_unicode=True)


def _notes(results: Mapping[str, Any], row: Mapping[str, Any], task: Task, interval: Any) -> str:
    what = next(each["what"] for each in results["measures"] if each["name"] == HEADLINES[task])
    between = f"95 % interval {interval[0]:.4f}–{interval[1]:.4f}; " if interval else ""
    scorer = results["scorer"]
    return (
        f"micro F1, {what}; {between}split {results['split']}, gold {row['gold_digest'][:12]}, "
        f"predictions {row['submission']['sha256'][:12]}, khabar {scorer['khabar']}"
    )
