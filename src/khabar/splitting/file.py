"""`splits.yaml`: written with the plan that made it, compared with what that plan makes now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from khabar.corpus import SPLITS, Corpus
from khabar.errors import CallError, DataError, Faults
from khabar.files import read_text, write_text
from khabar.splitting.plan import Plan, sizes_of

NAME = "splits.yaml"
_HEAD = "# Which article is in which split. A change here is a major release.\n# Made by: {command} {plan}\n"
_COMMAND = "scripts/publish_dataset.py splits"
_MADE_BY = re.compile(rf"^# Made by: {re.escape(_COMMAND)} --seed (\d+) --sizes (\S+)$", re.MULTILINE)


def plan_of(path: Path) -> Plan | None:
    """The plan that the file says it was made by; None where there is no file, or it does not say."""
    found = _MADE_BY.search(read_text(path)) if path.is_file() else None
    return Plan(int(found[1]), sizes_of(found[2])) if found else None


def make_plan(corpus: Corpus, seed: int | None = None, sizes: str | None = None) -> Plan:
    """The plan asked for; what is not asked for is as the file says. CallError where that says nothing."""
    there = plan_of(corpus.folder / NAME)
    if there is None and (seed is None or sizes is None):
        raise CallError(f"{NAME} does not say what it was made by: give --seed and --sizes")
    if there is None:
        return Plan(seed or 0, sizes_of(sizes or ""))
    return Plan(there.seed if seed is None else seed, there.sizes if sizes is None else sizes_of(sizes))


def dumps(splits: Mapping[str, Sequence[str]], plan: Plan) -> str:
    """The file's text."""
    lines = [line for split in SPLITS for line in (f"{split}:", *(f"  - {each}" for each in splits[split]))]
    return _HEAD.format(command=_COMMAND, plan=plan) + "\n".join(lines) + "\n"


def save_splits(corpus: Corpus, splits: Mapping[str, Sequence[str]], plan: Plan) -> bool:
    """Write the file; whether it changed."""
    path = corpus.folder / NAME
    text = dumps(splits, plan)
    changed = not path.is_file() or read_text(path) != text
    if changed:
        write_text(path, text)
    return changed


def compare_splits(corpus: Corpus, splits: Mapping[str, Sequence[str]], plan: Plan) -> None:
    """Raise DataError, naming every article that is elsewhere, unless the file is exactly what was found."""
    path = corpus.folder / NAME
    wanted = {each: split for split, ids in splits.items() for each in ids}
    given = {each: split for split, ids in corpus.splits.items() for each in ids}
    faults = Faults(path)
    for each in sorted(wanted | given):
        if wanted.get(each) != given.get(each):
            where = given.get(each, "in no split")
            faults.add(
                each, f"is {where}; the gold there is gives {wanted.get(each, 'none: it has no gold')}"
            )
    if not faults and read_text(path) != dumps(splits, plan):
        faults.add("", "names the same articles, but is not written as the program writes it")
    next_step = f"if the change is meant, run {_COMMAND} {plan}: a major release"
    if faults:
        raise DataError(faults.report(next_step))
