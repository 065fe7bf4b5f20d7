"""Rows as lines of canonical JSON to Arrow: what a digest is taken over is what a Parquet file holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from khabar.release.features import Columns, Tags, as_features


class BatchMaker:
    """Makes Arrow record batches out of lines that `khabar.files.canonical_line_of_row` wrote.

    `marks` go into the schema's metadata beside the features.
    """

    def __init__(self, described: Columns, marks: Mapping[str, str]) -> None:
        import pyarrow as pa  # a second to import, and only builds need it
        from pyarrow import json

        schema = as_features(described).arrow_schema
        own = {key: value.encode() for key, value in marks.items()}
        self.schema = schema.with_metadata({**schema.metadata, **own})
        self._names = {
            schema.get_field_index(column): pa.array(kind[0].names)
            for column, kind in described.items()
            if isinstance(kind, list) and isinstance(kind[0], Tags)
        }
        named = schema
        for place in self._names:
            named = named.set(place, pa.field(schema.names[place], pa.list_(pa.string())))
        self._parse = json.ParseOptions(explicit_schema=named, unexpected_field_behavior="error")

    def batch(self, lines: bytes) -> Any:
        """The rows of these lines, each tag as its number; tags that are held out stay null.

        KeyError for a tag that is no name, ArrowInvalid for a key or a value that the columns do not have.
        """
        import pyarrow as pa
        from pyarrow import json

        reading = json.ReadOptions(use_threads=False, block_size=len(lines) + 1)  # all lines are one block
        table = json.read_json(pa.BufferReader(lines), reading, self._parse)
        (read,) = table.to_batches()
        arrays = read.columns
        for place, names in self._names.items():
            arrays[place] = _numbers(arrays[place], names)
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def _numbers(tags: Any, names: Any) -> Any:
    """Lists of tags as lists of their positions in `names`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.index_in(tags.values, value_set=names)
    if found.null_count:
        raise KeyError(pc.filter(tags.values, found.is_null())[0].as_py())
    numbers = pc.cast(found, pa.int64())
    bare = pa.Array.from_buffers(
        pa.int64(), len(numbers), [None, numbers.buffers()[1]], offset=numbers.offset
    )
    return pa.ListArray.from_arrays(tags.offsets, bare, mask=tags.is_null() if tags.null_count else None)
