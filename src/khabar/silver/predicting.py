"""What a model says of articles: by a baseline here, or by predictions made anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from khabar.baselines import Model, crf, gazetteer
from khabar.baselines.model import learnt_from
from khabar.corpus import Corpus
from khabar.errors import CallError
from khabar.release import gold_documents
from khabar.streams import Record
from khabar.streams.shards import Shard

MODELS = ("crf", "gazetteer")


@dataclass(frozen=True, slots=True)
class Trained:
    """A model that predicts here and can be sent to another process; `learnt` tells it from others."""

    model: Model
    learnt: Mapping[str, Any]


def baseline(name: str, corpus: Corpus, *, seed: int = 0) -> Trained:
    """A baseline that runs here, trained on the corpus's train split. CallError for another name."""
    if name not in MODELS:
        raise CallError(f"no model {name!r} (there are {', '.join(MODELS)})")
    documents = gold_documents(corpus, "train")
    learnt = learnt_from(name, documents, corpus.schema, seed=seed)
    if name == "crf":
        return Trained(crf.fit(documents, corpus.schema, seed=seed), learnt)
    return Trained(gazetteer.fit(documents, corpus.schema), learnt)


def with_predictions(shards: Iterable[Shard], predictions: Iterable[Record]) -> Iterator[Shard]:
    """The shards, each with a prediction beside every record as far as there are any, in order.

    So neither stream is ever held in memory. Of predictions that are left over, the first is in a last shard
    without records.
    """
    left = iter(predictions)
    number = 0
    for shard in shards:
        number = shard.number + 1
        yield replace(shard, beside=tuple(islice(left, len(shard.records))))
    if (more := next(left, None)) is not None:
        yield Shard(number, (), 0, (more,))
