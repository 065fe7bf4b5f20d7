"""Data files of a release: row groups by their size as Arrow, whatever a row is."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from khabar.release import parquet
from khabar.release.parquet import ParquetFile

ROWS = [{"id": f"ours-{number}", "text": "بيروت 😀"} for number in range(600)]


@pytest.mark.parametrize(
    ("most", "groups"), [(16_000_000, [600]), (10_000, [500, 100]), (1, [250, 250, 100])]
)
def test_a_row_group_is_written_once_its_batches_reach_the_size(
    most: int, groups: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "ROW_GROUP", most)
    path = tmp_path / "data" / "a.parquet"
    with ParquetFile(path, tmp_path / "a.arrow", {"id": "string", "text": "string"}, {}) as file:
        file.add(ROWS)
        written = file.close()
    metadata = pq.read_metadata(path)
    assert [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)] == groups
    assert pq.read_table(path).to_pylist() == ROWS
    assert (written.rows.rows, written.bytes) == (600, path.stat().st_size)
