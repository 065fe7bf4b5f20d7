"""A baseline's submission, made like anyone's: learn from train, predict a split, write two files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from datasets import load_dataset

from khabar.baselines.model import Model
from khabar.baselines.training import Row
from khabar.corpus import SPLITS, read_corpus
from khabar.errors import CallError, DataError
from khabar.files import write_json_lines, write_text
from khabar.missing import LISTED, named
from khabar.release import gold_documents, verify
from khabar.terminal import talk
from khabar.wording import number_of


@dataclass(frozen=True, slots=True)
class System:
    """What `system.yaml` says of a system besides its date."""

    name: str
    authors: list[str]
    licence: str
    training_data: str
    description: str
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Data:
    """`documents` rows of train and of the split to predict, and articles left out for want of their text."""

    train: list[Row]
    target: list[Row]
    without_text: list[str]

    @property
    def trained_on(self) -> str:
        """What `system.yaml` says of the training data: how much of train was there to learn from."""
        absent = f", {len(self.without_text)} left out for want of their text" if self.without_text else ""
        return f"train split, {number_of(len(self.train), 'article')}{absent}"


def read_data(
    split: str, *, annotations: Path, texts: Sequence[Path] = (), release: Path | None = None
) -> Data:
    """The rows of a release folder, or of the corpus in `annotations` where no release is named.

    Raises CallError for `train` (it is what baselines learn from), for an unknown split and where there is
    no release, DataError where the release is not what its manifest says.
    """
    targets = [each for each in SPLITS if each != "train"]
    if split not in targets:
        raise CallError(
            f"no split {split!r} to predict (there are {', '.join(targets)}; train is learnt from)"
        )
    if release is not None:
        if report := verify(release):
            raise DataError(report)
        return Data(_released(release, "train"), _released(release, split), [])
    corpus = read_corpus(annotations, texts)
    missing = set(corpus.without_text)
    left_out = sorted(each for name in ("train", split) for each in corpus.splits[name] if each in missing)
    return Data(list(gold_documents(corpus, "train")), list(gold_documents(corpus, split)), left_out)


def _released(folder: Path, split: str) -> list[Row]:
    # streamed, because the loader's cache gives the rows of an older release of the same folder name
    return list(load_dataset(str(folder), "documents", split=split, streaming=True))


def predictions(model: Model, articles: Sequence[Row]) -> list[dict[str, Any]]:
    """A submission record an article, by article id. The model is shown id and text, never the gold."""
    shown = [{"id": each["id"], "text": each["text"]} for each in articles]
    return [model.predict(each) for each in sorted(shown, key=lambda each: str(each["id"]))]


def submit(
    out: Path, model: Model, data: Data, system: System, *, split: str, day: date | None = None
) -> None:
    """Predict the split, write the submission, and say what was done and what was left out."""
    system = replace(system, training_data=data.trained_on)
    write_submission(out, predictions(model, data.target), system, day)
    tell_left_out(data)
    articles = number_of(len(data.target), "article")
    talk.print(f"{out}: {articles} of {split}, learnt from {len(data.train)} of train")


def tell_left_out(data: Data) -> None:
    """Say how many articles could not be read."""
    if missing := data.without_text:
        talk.print(
            f"{len(missing)} left out, text not on this machine: {named(missing)}; {LISTED}", markup=False
        )


def write_submission(
    out: Path, records: Sequence[dict[str, Any]], system: System, day: date | None = None
) -> None:
    """Write the predictions, and `system.yaml` beside them unless it is there.

    `day` is the date of a new `system.yaml`; without it, today (UTC). One that exists keeps its date,
    so that a second run changes no byte.
    """
    write_json_lines(out, records)
    described = out.parent / "system.yaml"
    if not described.exists():
        day = day or datetime.now(UTC).date()
        value = {key: each for key, each in asdict(system).items() if each} | {"date": day.isoformat()}
        write_text(described, yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=100))
