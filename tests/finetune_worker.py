"""What runs in the environment that has torch: makes a tiny model of random weights, and fine-tunes it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForTokenClassification,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaForTokenClassification,
)

from khabar.baselines.chain import labels_of
from khabar.baselines.finetuning.learner import Course, Learner, device_of
from khabar.baselines.finetuning.model import fit
from khabar.baselines.finetuning.pieces import Cutter
from khabar.errors import CallError
from khabar.schema import Schema


def given(folder: Path) -> Any:
    """The training rows, the schema and the text of the test."""
    return json.loads((folder.parent / "given.json").read_text(encoding="utf-8"))


def make_tokenizer(folder: Path, longest: int) -> PreTrainedTokenizerFast:
    """Pieces of one letter: what is cut most is aligned hardest."""
    texts = [*(each["text"] for each in given(folder)["train"]), given(folder)["text"]]
    letters = sorted({letter for each in texts for letter in each if not letter.isspace()})
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{each}" for each in letters)]
    tokenizer = Tokenizer(models.WordPiece({each: n for n, each in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    made = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=longest,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
    )
    made.save_pretrained(folder)
    return made


def make_model(folder: Path, *, positions: int, kind: str = "bert") -> None:
    torch.manual_seed(0)
    tokenizer = make_tokenizer(folder, 10**30)
    sizes: dict[str, Any] = {
        "vocab_size": len(tokenizer),
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": positions,
        "num_labels": 3,
        "pad_token_id": 0,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
    }
    made = {
        "bert": (BertForTokenClassification, BertConfig),
        "roberta": (RobertaForTokenClassification, RobertaConfig),
    }
    model, config = made[kind]
    model(config(**sizes)).save_pretrained(folder)


def error_of(make: Any) -> str:
    try:
        make()
    except CallError as error:
        return str(error)
    return ""


def cutting(folder: Path) -> dict[str, Any]:
    """How words are cut, and how a long sentence is windowed."""
    cutter = Cutter(make_tokenizer(folder / "cutting", 12))
    inputs = cutter.inputs(["بيروت", "😀", "في", "تونس"])
    return {
        "around": cutter.around,
        "most": cutter.most,
        "inputs": [
            [
                each.window.first,
                each.window.last,
                each.window.begin,
                each.window.end,
                len(each.ids),
                each.firsts,
            ]
            for each in inputs
        ],
        "long word": [len(each.ids) for each in cutter.inputs(["ب" * 50])],
    }


def learning(folder: Path, kind: str, positions: int, runs: int = 1) -> dict[str, Any]:
    """The records of models fine-tuned alike, and of one that had nothing to learn from."""
    name = folder / f"{kind}-{positions}"
    make_model(name, positions=positions, kind=kind)
    schema = Schema.model_validate(given(name)["schema"])
    course = Course(epochs=40, learn_rate=3e-3, batch=8)
    models = [fit(given(name)["train"], schema, str(name), course, seed=3) for _ in range(runs)]
    return {
        "records": [each.predict({"id": "new", "text": given(name)["text"]}) for each in models],
        "nothing": fit([], schema, str(name), course).predict({"id": "new", "text": given(name)["text"]}),
    }


def main(folder: Path) -> None:
    torch.set_num_threads(1)  # of tiny matrices, more threads only wait for each other
    long = [f"كلمة{number}" for number in range(60)]
    found: dict[str, Any] = {"cutting": cutting(folder)}
    found["bert"] = learning(folder, "bert", 128, runs=2)
    # with 24 positions every sentence of train is seen in windows
    found["windowed"] = learning(folder, "bert", 24)
    found["roberta"] = learning(folder, "roberta", 64)
    learner = Learner(str(folder / "bert-24"), ["GPE"], Course(), 0)
    found["tags"] = [len(learner.tags(long)), sorted(set(learner.tags(long)) - set(labels_of(["GPE"])))]
    found["errors"] = [
        error_of(lambda: Learner(str(folder / "nowhere"), ["GPE"], Course(), 0)),
        error_of(lambda: device_of("cuda:7")),
        error_of(lambda: device_of("abacus")),
    ]
    (folder / "found.json").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
