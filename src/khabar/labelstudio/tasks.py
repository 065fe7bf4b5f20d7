"""Article and annotation → task: what is imported into Label Studio, and what its JSON export looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from khabar.article_list import Article
from khabar.document import Annotation
from khabar.errors import DataError
from khabar.labelstudio.config import TEXT
from khabar.labelstudio.results import results_of
from khabar.schema import Schema


def task(article: Article, annotation: Annotation | None = None, *, schema: Schema) -> dict[str, Any]:
    """The import task of an article; the annotation, if given, becomes a prediction.

    `data` carries the digest of the text, for the server changes texts under annotations without a word.
    Raises DataError if the article's text is not on this machine, or the annotation is of another text.
    """
    predictions = [] if annotation is None else [_prediction(annotation, article)]
    return {"data": _data(article, schema), "predictions": predictions}


def annotated_task(
    article: Article, annotations: Sequence[Annotation], *, users: Mapping[str, int], schema: Schema
) -> dict[str, Any]:
    """The task with finished annotations, in the form of a JSON export; `users` are user ids by annotator.

    Raises what `task` raises, and KeyError for an annotator who is not in `users`.
    """
    done = [
        {
            "completed_by": users[each.annotator],
            "was_cancelled": False,
            "ground_truth": False,  # the server takes imported annotations for the truth unless told
            "result": _results(each, article),
        }
        for each in annotations
    ]
    return {"data": _data(article, schema), "annotations": done, "predictions": [], "drafts": []}


def _data(article: Article, schema: Schema) -> dict[str, Any]:
    if article.text is None:
        raise DataError.one(
            article.id,
            "its text is not on this machine, so there is nothing to annotate",
            next_step="put the text beside the corpus: --texts DIR or KHABAR_TEXTS",
        )
    title = {} if article.title is None else {"title": article.title}
    digest = {"text_sha256": article.text_sha256, "schema": schema.version}
    return {"article": article.id, **title, TEXT: article.text, **digest}


def _prediction(annotation: Annotation, article: Article) -> dict[str, Any]:
    return {"model_version": annotation.annotator, "result": _results(annotation, article)}


def _results(annotation: Annotation, article: Article) -> list[dict[str, Any]]:
    for name, expected, found in (
        ("article", article.id, annotation.article),
        ("text_sha256", article.text_sha256, annotation.text_sha256),
    ):
        if expected != found:
            message = f"the annotation is of {found}, the task of {expected}"
            raise DataError.one(article.id, message, where=name, next_step="give the annotation of this text")
    return results_of(annotation)
