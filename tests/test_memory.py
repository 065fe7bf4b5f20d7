"""What Arrow has done with is given back, and its pool is as it was, whatever became of the build."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pytest

from khabar import bootstrap
from khabar.release.memory import give_back, little_arrow


def test_arrow_takes_from_the_system_within_and_as_before_after() -> None:
    before = pa.default_memory_pool().backend_name
    assert before != "system"
    with little_arrow():
        inside = pa.array(range(1000))
        assert pa.default_memory_pool().backend_name == "system"
        with little_arrow():
            give_back()
        assert pa.default_memory_pool().backend_name == "system"
    assert pa.default_memory_pool().backend_name == before
    assert inside.to_pylist() == list(range(1000))


def test_a_build_that_fails_leaves_the_pool_as_it_was() -> None:
    before = pa.default_memory_pool().backend_name
    with pytest.raises(OSError, match="full"), little_arrow():
        raise OSError("full")
    assert pa.default_memory_pool().backend_name == before


@pytest.mark.parametrize("together", [1, 7, 30, 10_000])
def test_what_is_drawn_does_not_depend_on_how_much_is_drawn_together(
    together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = np.concatenate(list(bootstrap.weights(9, 50, 1)))
    monkeypatch.setattr(bootstrap, "_CHUNK", together)
    pieces = list(bootstrap.weights(9, 50, 1))
    assert all(each.size <= max(9, together) for each in pieces)
    assert np.array_equal(np.concatenate(pieces), whole)
    assert [int(each.sum()) for each in itertools.chain(*pieces)] == [9] * 50
