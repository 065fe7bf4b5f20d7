"""The model that pre-annotates a crawl: a baseline learnt from train, or any that a Python function makes."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from khabar.baselines import Model, crf, gazetteer
from khabar.corpus import Corpus
from khabar.errors import CallError
from khabar.release import gold_documents
from khabar.selection import READERS, Reader, reader_of

_FITS: dict[str, Callable[..., Model]] = {"crf": crf.fit, "gazetteer": gazetteer.fit}


def model_of(name: str, corpus: Corpus) -> Model:
    """The baseline of that name, or what `module:function` gives for train's documents and the schema.

    The model is sent to other processes, and so must be picklable. Raises CallError for another name.
    """
    make = _FITS.get(name)
    if make is None:
        module, colon, function = name.partition(":")
        if not colon:
            known = ", ".join(_FITS)
            raise CallError(f"no model {name!r} (there are {known}, or module:function of your own)")
        try:
            make = getattr(import_module(module), function)
        except (ImportError, AttributeError) as error:
            raise CallError(f"no model {name!r}: {error}") from error
    made: Model = make(gold_documents(corpus, "train"), corpus.schema)
    return made


def reader_for(name: str | None, corpus: Corpus) -> Reader:
    """What looks at articles for the choice: the baseline of that name, or else the first of `READERS`."""
    chosen = name if name in READERS else READERS[0]
    return reader_of(chosen, gold_documents(corpus, "train"), corpus.schema)
