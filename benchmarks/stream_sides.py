"""Reading and writing a stream by us and by datatrove, in the crawl's environment.

Example: python benchmarks/stream_sides.py khabar in.jsonl out
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any


def khabar(source: str, out: str) -> None:
    """Every record read, parsed, checked and written."""
    from khabar.streams import find_files, read_records
    from khabar.streams.reading import value_of
    from khabar.streams.writing import encode

    Path(out).mkdir(parents=True, exist_ok=True)
    with (Path(out) / "all.jsonl").open("wb") as written:
        for file in find_files([source]):
            rows: list[Any] = []
            for record in read_records(file):
                rows.append(value_of(record))
                if len(rows) == 1000:
                    written.write(encode(rows, ".jsonl"))
                    rows = []
            written.write(encode(rows, ".jsonl"))


def datatrove(source: str, out: str) -> None:
    """The same by datatrove, in one task."""
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    reader = JsonlReader(str(Path(source).parent), glob_pattern=Path(source).name)
    for _ in JsonlWriter(out, compression=None)(reader()):
        pass


if __name__ == "__main__":
    {"khabar": khabar, "datatrove": datatrove}[sys.argv[1]](*sys.argv[2:])
