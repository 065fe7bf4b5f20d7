"""The leaderboard: every submission scored anew on one gold, as JSON and Markdown.

Nothing in it depends on when or where it is made; the dates are those the submissions give.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from khabar.bootstrap import RESAMPLES, SEED
from khabar.errors import CallError, DataError, Faults, Report
from khabar.files import sha256
from khabar.schema import Schema
from khabar.scoring import comparison_report, detail_report
from khabar.scoring.comparison import compare_evaluations
from khabar.scoring.evaluation import Evaluation, score
from khabar.scoring.gold import Gold
from khabar.scoring.measures import HEADLINES, MEASURES, TASKS
from khabar.scoring.report import UNDEFINED, as_json, header, percent
from khabar.scoring.starter import PREDICTIONS
from khabar.scoring.submission import Submission, read_submission
from khabar.scoring.system import NAME, System, read_system

ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
"""What a system's folder may be called: it names its page, and stands in the CSV."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A folder of `benchmark/submissions`: its name, and who made what is in it."""

    folder: Path
    system: System

    @property
    def predictions(self) -> Path:
        """The submission itself."""
        return self.folder / PREDICTIONS


def find_entries(folder: Path) -> list[Entry]:
    """The submissions in the folder, by the names of their folders.

    Raises CallError where there is none, DataError with the faults of every `system.yaml`, where a
    folder lacks one of its two files, or where two systems have one name.
    """
    folders = sorted(each for each in folder.glob("*") if each.is_dir() and not each.name.startswith("."))
    if not folders:
        raise CallError(f"no submissions in {folder}: a system is a folder with {PREDICTIONS} and {NAME}")
    reports: list[Report] = []
    entries: list[Entry] = []
    for each in folders:
        faults = Faults(each)
        if not ID.fullmatch(each.name):
            faults.add("", f"found the folder name {each.name[:80]!r}, expected a-z, 0-9, . _ - (64 at most)")
        for name in (PREDICTIONS, NAME):
            if not (each / name).is_file():
                faults.add(name, "is not there")
        if faults:
            reports.append(faults.report(f"a system is a folder with {PREDICTIONS} and {NAME}"))
            continue
        try:
            entries.append(Entry(each, read_system(each / NAME)))
        except DataError as error:
            reports.extend(error.reports)
    reports.extend(_doubled_names(entries))
    if reports:
        raise DataError(reports)
    return entries


def with_others(entries: Sequence[Entry], others: Iterable[Entry]) -> list[Entry]:
    """The entries, and those of the others that are in folders of other names.

    Raises DataError where two of them have one name.
    """
    taken = {each.folder.name for each in entries}
    found = [*(each for each in others if each.folder.name not in taken), *entries]
    if reports := list(_doubled_names(found)):
        raise DataError(reports)
    return found


def _doubled_names(entries: Sequence[Entry]) -> Iterable[Report]:
    first: dict[str, Path] = {}
    for each in entries:
        other = first.setdefault(each.system.name, each.folder)
        if other != each.folder:
            faults = Faults(each.folder / NAME)
            faults.add("name", f"{each.system.name!r} is the name of {other} already")
            yield faults.report("give the systems different names")


def score_entries(
    entries: Iterable[Entry],
    gold: Gold,
    schema: Schema,
    *,
    split: str,
    release: str | None = None,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> dict[str, Any]:
    """All entries scored on that gold: the value of `results.json`, best entities first.

    Raises DataError with the faults of every submission: with one that is not valid there is no board.
    """
    by_folder = {each.folder.name: each for each in entries}
    files = {name: each.predictions for name, each in by_folder.items()}
    evaluations = score_files(files, gold, schema, resamples=resamples, seed=seed)
    rows = [
        {"id": name, **by_folder[name].system.model_dump(mode="json")}
        | as_json(each, sha256=sha256(files[name].read_bytes()))
        | detail_report.as_json(each)
        for name, each in evaluations.items()
    ]
    head = header(gold, split=split, schema=schema, release=release, resamples=resamples, seed=seed)
    compared = None
    if len(evaluations) > 1:
        compared = comparison_report.as_json(compare_evaluations(evaluations, resamples=resamples, seed=seed))
    return {**head, "systems": sorted(rows, key=_rank), "comparison": compared}


def score_files(
    files: Mapping[str, Path], gold: Gold, schema: Schema, *, resamples: int = RESAMPLES, seed: int = SEED
) -> dict[str, Evaluation]:
    """Each of the submissions scored, by name. Raises DataError with the faults of all of them."""
    reports: list[Report] = []
    found: dict[str, Evaluation] = {}
    for name, path in files.items():
        try:
            submission = read_submission(path, gold, schema)
        except DataError as error:
            reports.extend(error.reports)
            continue
        if not reports:
            found[name] = score(gold, submission, schema, resamples=resamples, seed=seed)
    if reports:
        raise DataError(reports)
    return found


def file_of(path: Path) -> Path:
    """The predictions of a system's folder, or the file itself."""
    return path / PREDICTIONS if path.is_dir() else path


def read_named(path: Path, gold: Gold, schema: Schema, *, repair: bool = False) -> Submission:
    """The submission in a file or a system's folder; DataError with the faults of both files of a folder."""
    reports: list[Report] = []
    try:
        if path.is_dir():
            read_system(path / NAME)
    except DataError as error:
        reports.extend(error.reports)
    try:
        submission = read_submission(file_of(path), gold, schema, repair=repair)
    except DataError as error:
        raise DataError([*reports, *error.reports]) from error
    if reports:
        raise DataError(reports)
    return submission


def named_submissions(paths: Iterable[Path]) -> dict[str, Path]:
    """Files by the names to call their systems by: the folder's for a system's folder, else the file's.

    Where two would have one name, both are called by their paths. CallError if a file is named twice.
    """
    files = [file_of(each) for each in paths]
    if len(set(files)) < len(files):
        raise CallError("a submission is named twice; name each once")
    short = [each.parent.name if each.name == PREDICTIONS else each.stem for each in files]
    taken = Counter(short)
    return {name if taken[name] == 1 else str(path): path for name, path in zip(short, files, strict=True)}


def check_one_gold(results: Mapping[str, Any]) -> None:
    """Raise DataError where a system was scored on another gold: such figures never share a table."""
    expected = results["gold"]["digest"]
    faults = Faults("results.json")
    for row in results["systems"]:
        if row["gold_digest"] != expected:
            faults.add(
                row["id"], f"scored on gold {row['gold_digest'][:12]}, the board is of {expected[:12]}"
            )
    faults.raise_if_any("score all submissions on one gold; another gold is another leaderboard")


def _rank(row: Mapping[str, Any]) -> tuple[Any, ...]:
    found = [_f1(row, HEADLINES[task]) for task in TASKS]
    return (*(-1.0 if each is None else -each for each in found), row["name"])


def _f1(row: Mapping[str, Any], measure: str) -> float | None:
    value = row["measures"][measure]
    return None if value is None else value["micro"]["f1"]


def markdown(results: Mapping[str, Any]) -> str:
    """The results as `README.md`: a table of the headline figures and one of every measure."""
    check_one_gold(results)
    gold, drawn = results["gold"], results["intervals"]
    left_out = (
        f" Left out, their text not being here: {', '.join(gold['left_out'])}." if gold["left_out"] else ""
    )
    head = (
        f"# Leaderboard\n\nSplit `{results['split']}`, {gold['articles']} articles, "
        f"gold `{gold['digest'][:12]}`, schema {results['schema']}; scored by khabar "
        f"{results['scorer']['khabar']} with seqeval {results['scorer']['seqeval']}.{left_out}\n\n"
        f"F1 in per cent; in brackets the {drawn['level']:.0%} interval ({drawn['method']}, "
        f"{drawn['resamples']} resamples). {UNDEFINED} is undefined, not 0. "
        "Systems that cannot be told apart are in one group (paired permutation test over articles, Holm's "
        "correction). `index.html` shows it all, "
        "`results.json` has the numbers.\n\n"
    )
    titles = {each.name: each.title for each in MEASURES}
    headlines = [HEADLINES[task] for task in TASKS]
    columns = [column for each in headlines for column in (titles[each], "Group")]
    first = _table(results, ["System", *columns, "Date"], headlines, headline=True)
    rest = [each.name for each in MEASURES if each.name not in headlines]
    return head + first + "\n\n" + _table(results, ["System", *(titles[each] for each in rest)], rest) + "\n"


def _table(
    results: Mapping[str, Any], titles: Sequence[str], measures: Sequence[str], *, headline: bool = False
) -> str:
    lines = ["| " + " | ".join(titles) + " |", "|---" + "|---:" * (len(titles) - 1) + "|"]
    for row in results["systems"]:
        cells = [_as_text(row["name"])]
        for each in measures:
            cells.append(_cell(row["measures"][each]))
            if headline:
                cells.append(_group(results, each, row["id"]))
        lines.append("| " + " | ".join([*cells, row["date"]] if headline else cells) + " |")
    return "\n".join(lines)


def _cell(measure: Mapping[str, Any] | None) -> str:
    if measure is None or measure["micro"]["f1"] is None:
        return UNDEFINED
    interval = measure["micro"]["f1_interval"]
    between = f" [{percent(interval[0])}–{percent(interval[1])}]" if interval else ""
    return percent(measure["micro"]["f1"]) + between


def _group(results: Mapping[str, Any], measure: str, system: str) -> str:
    group = comparison_report.group_of(results["comparison"], measure, system)
    return UNDEFINED if group is None else str(group)


def _as_text(name: str) -> str:
    """The name with every character that Markdown or HTML would take for markup escaped."""
    return "".join(f"&#{ord(each)};" if each in "\\`*_[]<>#|&~:@" else each for each in name)
