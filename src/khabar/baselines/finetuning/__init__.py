"""Fine-tuning of any token-classification model of `transformers`, an extra: `finetuning.fit`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from khabar.baselines.model import Model
from khabar.baselines.training import Row
from khabar.errors import CallError
from khabar.schema import Schema

__all__ = ["fit"]


def fit(
    documents: Sequence[Row], schema: Schema, name: str, *, seed: int = 0, device: str = "auto", **course: Any
) -> Model:
    """Fine-tune the model of that name, or in that folder, on rows of the `documents` config.

    `course` are fields of `learner.Course` (epochs, learn_rate, batch). Raises DataError where a row does not
    fit the schema, CallError without transformers and torch, or where model or device cannot be had.
    """
    try:
        import_module("torch")
        import_module("transformers")
    except ImportError as error:
        raise CallError(
            "fine-tuning needs transformers and torch; install them with `pip install khabar[finetune]`"
        ) from error
    from khabar.baselines.finetuning import learner, model

    settings = learner.Course(device=learner.device_of(device), **course)
    return model.fit(documents, schema, name, settings, seed=seed)
