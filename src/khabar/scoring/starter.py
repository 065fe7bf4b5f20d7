"""A submission to begin with: a record for every article, nothing predicted, and what goes beside it."""

from __future__ import annotations

from pathlib import Path

from khabar.errors import CallError
from khabar.files import read_text, write_json_lines, write_text
from khabar.scoring.gold import Gold
from khabar.scoring.system import NAME

PREDICTIONS = "predictions.jsonl"
TEMPLATES = ("README.md", NAME)


def write_starter(folder: Path, gold: Gold, templates: Path) -> list[Path]:
    """The files written into the folder, which is made: predictions, and the templates as they are.

    Raises CallError, and writes nothing, where one of the files is there already.
    """
    files = [folder / name for name in (PREDICTIONS, *TEMPLATES)]
    if there := [each.name for each in files if each.exists()]:
        raise CallError(f"{folder} has {', '.join(there)} already; name another folder")
    texts = {name: read_text(templates / name) for name in TEMPLATES}
    write_json_lines(
        folder / PREDICTIONS, ({"article": each, "entities": [], "events": []} for each in gold.articles)
    )
    for name, text in texts.items():
        write_text(folder / name, text)
    return files
