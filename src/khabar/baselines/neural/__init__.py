"""A neural tagger trained from scratch on a CPU, an extra: `neural.fit`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from khabar.baselines.model import Model
from khabar.baselines.neural.parameters import PARAMETERS
from khabar.baselines.training import Row
from khabar.errors import CallError
from khabar.schema import Schema

__all__ = ["PARAMETERS", "fit"]


def fit(documents: Sequence[Row], schema: Schema, *, seed: int = 0) -> Model:
    """Learn from rows of the `documents` config; `seed` decides all that is random.

    Raises DataError where a row does not fit the schema, CallError without thinc.
    """
    try:
        import_module("thinc.api")
    except ImportError as error:
        raise CallError(
            "the neural baseline needs thinc; install it with `pip install khabar[neural]`"
        ) from error
    from khabar.baselines.neural import model

    return model.fit(documents, schema, seed=seed)
