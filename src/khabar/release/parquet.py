"""Rows to a Parquet file and back, byte for byte the same on every build with one pyarrow."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from khabar.release.features import Columns, as_features, encode
from khabar.release.rows import Row

OPTIONS: Mapping[str, object] = {
    "compression": "zstd",
    "compression_level": 9,
    "version": "2.6",
    "data_page_version": "1.0",
    "row_group_size": 1000,  # articles of news: some 20 MB, far below the 300 MB the Hub's viewer scans
    "write_page_index": True,
    "use_content_defined_chunking": True,  # so that Xet stores only what changed between releases
}


@dataclass(frozen=True, slots=True)
class Encoded:
    """A Parquet file in memory. `arrow_bytes` is its size when read: `num_bytes` of a card."""

    data: bytes
    arrow_bytes: int


def as_parquet(rows: Sequence[Row], described: Columns, marks: Mapping[str, str]) -> Encoded:
    """The rows as a Parquet file; `marks` go into its key-value metadata beside the features."""
    import pyarrow as pa  # a second to import, and only builds need it
    import pyarrow.parquet as pq

    schema = as_features(described).arrow_schema
    schema = schema.with_metadata(
        {**schema.metadata, **{key: value.encode() for key, value in marks.items()}}
    )
    table = pa.Table.from_pylist(encode(rows, described), schema=schema)
    file = io.BytesIO()
    pq.write_table(table, file, **OPTIONS)
    return Encoded(file.getvalue(), table.nbytes)
