"""Asking about articles, several at once; answers are kept, so that nothing is asked or paid for twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

from khabar.baselines.prompting.chat import Answer, Chat, UnansweredError
from khabar.baselines.prompting.instructions import messages
from khabar.errors import DataError
from khabar.files import content_digest, read_json, write_json
from khabar.schema import Schema

Request = Mapping[str, Any]


class Asking:
    """The articles to ask about, the answers there are, and why articles that were asked about have none.

    An answer is kept in `replies/<article>.json` as soon as it is there, with a digest of its request; it
    is good for the very same request only. Raises DataError where a kept answer cannot be read.
    """

    def __init__(
        self, chat: Chat, schema: Schema, articles: Sequence[Mapping[str, Any]], replies: Path
    ) -> None:
        self._chat, self._replies = chat, replies
        self._requests = {str(each["id"]): chat.request(messages(schema, each)) for each in articles}
        self.answers: dict[str, Answer] = dict(self._kept())
        self.failed: dict[str, str] = {}
        self.asked_now: list[str] = []

    @property
    def open(self) -> list[str]:
        """The articles without an answer, in their order."""
        return [each for each in self._requests if each not in self.answers]

    def run(self, *, at_once: int = 4, limit: int | None = None) -> Iterator[str]:
        """Ask about open articles, `limit` of them at most; each comes out once it is answered or failed.

        Raises CallError where the endpoint refuses every call; those not yet asked are then not asked.
        """
        self.asked_now = self.open[:limit]
        pool = ThreadPoolExecutor(max_workers=at_once)
        try:
            asked = {pool.submit(self._ask, each): each for each in self.asked_now}
            for future in as_completed(asked):
                try:
                    self.answers[asked[future]] = future.result()
                except UnansweredError as error:
                    self.failed[asked[future]] = str(error)
                yield asked[future]
        finally:
            pool.shutdown(cancel_futures=True)

    def _ask(self, article: str) -> Answer:
        request = self._requests[article]
        answer = self._chat.ask(request)
        write_json(self._path(article), {"request_sha256": content_digest([request]), **asdict(answer)})
        return answer

    def _path(self, article: str) -> Path:
        return self._replies / f"{article}.json"

    def _kept(self) -> Iterator[tuple[str, Answer]]:
        for article, request in self._requests.items():
            path = self._path(article)
            if not path.is_file():
                continue
            value = read_json(path)
            try:
                digest, kept = value.pop("request_sha256"), Answer(**value)
            except (AttributeError, KeyError, TypeError) as error:
                next_step = "remove the file, and the article is asked about again"
                raise DataError.one(path, f"not a kept answer: {error}", next_step=next_step) from error
            if digest == content_digest([request]):
                yield article, kept
