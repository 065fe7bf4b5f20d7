"""Importing files of others into a small corpus: for the tests of imports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from khabar.corpus import Corpus
from khabar.errors import DataError
from khabar.formats import Kind, Mending, Terms, files_of, import_files
from khabar.formats.importing import Imported
from release_corpus import corpus_of, make_checkout

TERMS = Terms("a", "ours")


@pytest.fixture
def corpus(tmp_path: Path, tiny_value: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Corpus:
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    return corpus_of(make_checkout(tmp_path / "checkout", tiny_value, "a card"))


def taken(corpus: Corpus, path: Path, kind: Kind, terms: Terms = TERMS, **allowed: Any) -> Imported:
    return import_files(corpus, files_of(path, kind), kind, terms, mending=Mending(**allowed))


def faults(corpus: Corpus, path: Path, kind: Kind, **allowed: Any) -> list[tuple[str, str]]:
    with pytest.raises(DataError) as raised:
        taken(corpus, path, kind, **allowed)
    return [(each.code, each.where) for each in raised.value.faults]
