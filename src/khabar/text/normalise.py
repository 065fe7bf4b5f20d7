"""The key under which Arabic spellings match: never stored, only compared.

Marks, tatweel and invisible characters go; the hamza's seats, alef maqsura, teh marbuta, Persian
letters and digits fall together; the rest is NFKC in lower case.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

INVISIBLE = (
    "\u00ad\u061c\u180e\u200b\u200d-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
"""Bidi controls, zero-width marks and tags, as the inside of a character class; ZWNJ is not among them."""

_DROPPED = re.compile(rf"[{INVISIBLE}\u200c\u0640\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u08d3-\u08ff]")
_FOLDED = str.maketrans("أإآٱىةیکۀہ", "اااايهيكهه")
_PLAIN_FOLDS = "أإآىة"
_PLAIN = "\n -@\\[-~«»،؛؟–—‘’“”\u0621-\u063a\u0641-\u064a"  # is its own key, or one of those folds
_NOT_PLAIN = re.compile(f"[^{_PLAIN}]+")
_SHORT = 32  # code points, below which a look at each is faster


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    """The key of one character, empty where it has none."""
    plain = _DROPPED.sub("", unicodedata.normalize("NFKC", character))
    digits = "".join(str(unicodedata.decimal(each, each)) for each in plain)
    return digits.translate(_FOLDED).lower()


def key(text: str) -> str:
    """The matching key of the text. Spaces and punctuation stay as they are."""
    if len(text) < _SHORT:
        return _key(text)
    text = _NOT_PLAIN.sub(lambda found: _key(found.group()), text)
    for each in _PLAIN_FOLDS:
        text = text.replace(each, _folded(each))
    return text


def _key(text: str) -> str:
    return "".join(map(_folded, text))


def key_with_map(text: str) -> tuple[str, list[int]]:
    """The matching key, and for each of its characters the offset in `text` it comes from."""
    parts = [_folded(character) for character in text]
    places = [place for place, part in enumerate(parts) for _ in part]
    return "".join(parts), places
