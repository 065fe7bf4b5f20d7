"""Where quoted words stand in a text: in exactly one place, or a fault that shows every place."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from khabar.errors import Faults
from khabar.wording import number_of

_SHOWN_PLACES = 30

Text = Annotated[str, Field(min_length=1)]


class Quote(BaseModel):
    """Words of the article, and what tells this place from others where the same words stand."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    text: Text
    before: str = ""
    after: str = ""
    occurrence: Annotated[int, Field(ge=1)] | None = None


def locate(quote: Quote, text: str, place: str, faults: Faults) -> tuple[int, int] | None:
    """Where the quoted words stand, `(start, end)`; None, and a fault that says why, if not in one place."""
    starts = _occurrences(quote.text, text)
    fitting = [
        start
        for number, start in enumerate(starts, 1)
        if text[:start].endswith(quote.before)
        and text.startswith(quote.after, start + len(quote.text))
        and quote.occurrence in (None, number)
    ]
    if len(fitting) == 1:
        return fitting[0], fitting[0] + len(quote.text)
    faults.add(place, _why_not_one(quote, text, starts, fitting))
    return None


def _occurrences(words: str, text: str) -> list[int]:
    found: list[int] = []
    start = text.find(words)
    while start >= 0:
        found.append(start)
        start = text.find(words, start + 1)
    return found


def _why_not_one(quote: Quote, text: str, starts: Sequence[int], fitting: Sequence[int]) -> str:
    if not starts:
        return f"{quote.text!r} is not in the text{_nearly(quote.text, text)}"
    count = f"{quote.text!r} occurs {number_of(len(starts), 'time')}"
    places = _show_places(quote.text, text, starts)
    around = " and ".join(
        f"{side} {words!r}" for side, words in (("after", quote.before), ("before", quote.after)) if words
    )
    if fitting:
        which = f", {len(fitting)} of them {around}" if around else ""
        return f"{count}{which}; say which one is meant: {places}"
    if quote.occurrence is None:
        return f"{count}, but never {around}: {places}"
    if quote.occurrence > len(starts):
        return f"{count}, so there is no occurrence {quote.occurrence}: {places}"
    return f"{count}, but occurrence {quote.occurrence} does not stand {around}: {places}"


def _show_places(words: str, text: str, starts: Sequence[int]) -> str:
    shown = [
        f"{number}: {in_context(text, start, start + len(words))}" for number, start in enumerate(starts, 1)
    ]
    rest = f"; and {len(shown) - _SHOWN_PLACES} more" if len(shown) > _SHOWN_PLACES else ""
    return "; ".join(shown[:_SHOWN_PLACES]) + rest


def in_context(text: str, start: int, end: int, width: int = 25) -> str:
    """The span in square brackets with `width` code points either side, line breaks shown as ⏎."""
    before = ("…" if start > width else "") + text[max(start - width, 0) : start]
    after = text[end : end + width] + ("…" if end + width < len(text) else "")
    return f"{before}[{text[start:end]}]{after}".replace("\n", "⏎")


def _nearly(words: str, text: str) -> str:
    """Where the words stand but for diacritics, tatweel and hamza: shown, never taken."""
    folded, origin = _fold(text)
    wanted, _ = _fold(words)
    position = folded.find(wanted)
    if not wanted or position < 0:
        return ""
    start, end = origin[position], origin[position + len(wanted) - 1] + 1
    while end < len(text) and not _fold(text[end])[0]:
        end += 1
    return f"; did you mean {text[start:end]!r}, in {in_context(text, start, end)}"


_FOLDED = str.maketrans("أإآٱىة", "اااايه", "ـ")


def _fold(text: str) -> tuple[str, list[int]]:
    """The text without marks and tatweel, hamza off its alef, and where each letter came from."""
    pairs = [
        (letter, number)
        for number, character in enumerate(text)
        for letter in unicodedata.normalize("NFKD", character.translate(_FOLDED)).casefold()
        if not unicodedata.combining(letter)
    ]
    return "".join(letter for letter, _ in pairs), [number for _, number in pairs]
