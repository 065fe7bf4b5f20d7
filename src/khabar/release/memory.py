"""What Arrow has done with goes back to the system: memory does not grow with what a build has seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def little_arrow() -> Iterator[None]:
    """Arrow takes its memory from the system's allocator, and gives it back at the end.

    By default it keeps what each of its threads once had: after a build of 20,000 articles, as much again as
    the build needs. As pyarrow's pool is one for the whole process, so is this.
    """
    import pyarrow as pa  # a second to import, and only builds and checks need it

    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        give_back()
        pa.set_memory_pool(before)


def give_back() -> None:
    """Hand the system what is free, of Arrow's memory and, under `little_arrow`, of all the process's."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()


def sparing_scan() -> Any:
    """How `datasets` is to read Parquet: a column of a row group when it is due, not the file in advance."""
    from pyarrow import dataset

    return dataset.ParquetFragmentScanOptions(pre_buffer=False)
