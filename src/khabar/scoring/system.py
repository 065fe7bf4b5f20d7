"""Who made a submission, and how: `system.yaml` beside its predictions."""

from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from khabar.errors import CallError, DataError, Faults
from khabar.files import read_yaml
from khabar.schema import add_validation_faults

NAME = "system.yaml"
_HIDDEN = frozenset(
    "\u200b\u2060\ufeff\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Characters that are not seen, or that turn around what follows them on a page."""


def _visible(text: str) -> str:
    for character in text:
        if character in _HIDDEN or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            raise ValueError(
                f"hidden character U+{ord(character):04X}; write it on one line, without such marks"
            )
    return text


Line = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_visible)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]


class System(BaseModel):
    """What a leaderboard row says of a system besides its figures.

    `training_data` says all that it has learnt from; `release` is the release of this dataset it used;
    `parameters` are those that make it reproducible; `date` is the day of the submission.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Line
    authors: Annotated[list[Line], Field(min_length=1, max_length=50)]
    link: Annotated[str, Field(pattern=r"^https?://[^\s<>\"']+$", max_length=500)] | None = None
    licence: Line
    training_data: Words
    parameters: dict[str, bool | int | float | str | None] | int | str | None = None
    release: Line | None = None
    date: date
    description: Words


def read_system(path: Path) -> System:
    """The system described in that file. CallError if there is none, DataError if it is wrong."""
    if not path.is_file():
        raise CallError(f"no {path.name} beside the predictions in {path.parent}")
    faults = Faults(path)
    try:
        return System.model_validate(read_yaml(path))
    except ValidationError as error:
        add_validation_faults(faults, error)
        raise DataError(
            faults.report("correct the file; docs/submissions.md says what each key means")
        ) from error
