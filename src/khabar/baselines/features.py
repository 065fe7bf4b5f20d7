"""Clitic-aware features of words for the CRF: a list of strings a token."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from khabar.baselines.clitics import beginnings, endings
from khabar.baselines.lexicon import Lexicon
from khabar.text import Sentence
from khabar.text.normalise import key

_PREFIXES = ("وال", "بال", "كال", "فال", "لل", "ال", "و")
_SUFFIXES = ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي")
_SHORTEST = 1, 2, 3, 4


def sentence_features(sentence: Sentence, lexicons: Sequence[Lexicon]) -> list[list[str]]:
    """The features of each token: its own, those of two neighbours on each side, its place in a match.

    `lexicons` must not have been learnt from the sentence itself: a tagger trained on features that
    always knew the answer would trust them too much.
    """
    words = [token.text for token in sentence.tokens]
    keys = [key(word) for word in words]
    matches = [_match_tags(sentence, lexicon) for lexicon in lexicons]
    found: list[list[str]] = []
    for here, word in enumerate(words):
        features = [*_own(word), *_edge(here, len(words))]
        for shift in (-1, 1):
            if 0 <= here + shift < len(words):
                features += [f"{shift}:{each}" for each in _seen_from_beside(words[here + shift])]
                features.append(f"{shift}&0={_pair(keys, here, shift)}")
        for shift in (-2, 2):
            if 0 <= here + shift < len(words):
                features.append(f"{shift}:w={keys[here + shift]}")
        for number, tags in enumerate(matches):
            for shift in (-1, 0, 1):
                if 0 <= here + shift < len(words) and tags[here + shift] != "O":
                    features.append(f"{shift}:lexicon{number}={tags[here + shift]}")
        found.append(features)
    return found


def own_features(sentence: Sentence, lexicons: Sequence[Lexicon]) -> list[list[str]]:
    """The features of each token without those of its neighbours: for taggers that look around themselves."""
    matches = [_match_tags(sentence, lexicon) for lexicon in lexicons]
    return [
        [
            *_own(token.text),
            *(f"lexicon{number}={tags[here]}" for number, tags in enumerate(matches) if tags[here] != "O"),
        ]
        for here, token in enumerate(sentence.tokens)
    ]


def _pair(keys: Sequence[str], here: int, shift: int) -> str:
    left, right = sorted((here, here + shift))
    return f"{keys[left]}_{keys[right]}"


def _edge(here: int, length: int) -> list[str]:
    return [name for name, holds in (("first", here == 0), ("last", here == length - 1)) if holds]


def _match_tags(sentence: Sentence, lexicon: Lexicon) -> list[str]:
    tags = ["O"] * len(sentence.tokens)
    for match in lexicon.outermost(sentence):
        tags[match.first : match.last] = [
            f"B-{match.type}",
            *[f"I-{match.type}"] * (match.last - match.first - 1),
        ]
    return tags


@lru_cache(maxsize=200_000)
def _own(word: str) -> tuple[str, ...]:
    """Features of the word itself: key, affixes, stem, shape, and what is left after each proclitic."""
    form = key(word)
    found = ["bias", f"w={form}", f"stem={stem(form)}", f"shape={shape(word)}", f"length={min(len(form), 8)}"]
    found += [f"prefix={form[:size]}" for size in _SHORTEST if size < len(form)]
    found += [f"suffix={form[-size:]}" for size in _SHORTEST if size < len(form)]
    found += [f"pronoun={cut.clitic}" for cut in endings(word)[1:]]
    for cut in beginnings(word):
        if cut.clitic:
            found.append(f"proclitic={cut.clitic}")
        for rest in cut.keys:
            bare = rest.removeprefix("ال")
            found += [f"rest={rest}", f"bare={bare}"]
            if bare != rest:
                found.append("article")
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=200_000)
def _seen_from_beside(word: str) -> tuple[str, ...]:
    form = key(word)
    return (
        f"w={form}",
        f"stem={stem(form)}",
        f"shape={shape(word)}",
        f"prefix={form[:2]}",
        f"suffix={form[-2:]}",
    )


def stem(form: str) -> str:
    """The light stem of a matching key: Light10 (Larkey, Ballesteros and Connell 2007) on folded letters."""
    for prefix in _PREFIXES:
        if form.startswith(prefix) and len(form) - len(prefix) >= (3 if prefix == "و" else 2):
            form = form[len(prefix) :]
            break
    for suffix in _SUFFIXES:
        if form.endswith(suffix) and len(form) - len(suffix) >= 2:
            form = form[: -len(suffix)]
    return form


def shape(word: str) -> str:
    """Kinds of character in the word, runs once: `d` digit, `A`/`a` cased, `x` other letter, else itself."""
    kinds = [_kind(character) for character in word]
    return "".join(kind for kind, before in zip(kinds, ["", *kinds], strict=False) if kind != before)


def _kind(character: str) -> str:
    if character.isdigit():
        return "d"
    if character.isalpha():
        return "A" if character.isupper() else "a" if character.islower() else "x"
    return character
