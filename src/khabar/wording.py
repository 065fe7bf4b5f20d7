"""Words of messages that hang on a number."""

from __future__ import annotations


def number_of(count: int, one: str, many: str = "") -> str:
    """The number with its word: `1 task`, `0 tasks`, `2 passes`; `many` where an s is not enough."""
    return f"{count} {one if count == 1 else many or one + 's'}"
