"""What a step of datatrove holds and does not show."""

from __future__ import annotations

from typing import Generic, TypeVar

Value = TypeVar("Value")


class Held(Generic[Value]):
    """A value of a step that datatrove is not to write out in its JSON of the pipeline."""

    def __init__(self, value: Value) -> None:
        self.value = value

    def __str__(self) -> str:
        return type(self.value).__qualname__
