"""The chat-completions protocol of OpenAI, as much of it as one question needs: retries, limits, no secrets.

`httpx` rather than a vendor's client: one POST needs no SDK, and the retries must be ours to be counted.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from khabar.errors import CallError, KhabarError

_PASSING = {408, 409, 425, 429, 500, 502, 503, 504, 529}
_REFUSED = {401, 402, 403, 404, 405}
"""Statuses that are the same for every article: the call is wrong, so that no other article is asked."""

_LARGEST = 16 * 2**20
_SHOWN = 300


class UnansweredError(KhabarError):
    """One article got no answer, for a reason that says nothing of the others."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said, why it stopped (`stop`, `length`, …), and the tokens it took, where told."""

    content: str
    finish_reason: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Chat:
    """An endpoint and a model. `parameters` go into every request as they are.

    A request may take `timeout` seconds in all. One that fails for a passing reason is sent up to `attempts`
    times, with waits of `wait` seconds, doubled each time, or as long as the server asks for; never longer
    than `longest`. `key` is sent as a bearer token and shown nowhere.
    """

    base_url: str
    model: str
    key: str | None = field(default=None, repr=False)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    timeout: float = 300.0
    attempts: int = 5
    wait: float = 1.0
    longest: float = 60.0

    def __post_init__(self) -> None:
        if not re.fullmatch(r"https?://[^\s/?#@]+(?:/[^\s?#@]*)?", self.base_url):
            # the address is not repeated: it may hold a password
            raise CallError("the base URL is expected as http(s)://host[:port][/path], without user or query")
        if self.key is not None and not re.fullmatch(r"[!-~]+", self.key):
            raise CallError("the API key holds white space or characters that no header can carry")

    @property
    def url(self) -> str:
        """Where questions are sent."""
        return f"{self.base_url.rstrip('/')}/chat/completions"

    def request(self, messages: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        """The body of the request that asks this; parameters that are None are left out."""
        given = {name: value for name, value in self.parameters.items() if value is not None}
        return {"model": self.model, "messages": list(messages), **given, "stream": False}

    def ask(self, request: Mapping[str, Any]) -> Answer:
        """The answer to the request.

        Raises UnansweredError where there is none after all attempts or the server refuses this request;
        CallError where it would refuse every request.
        """
        reason = ""
        for attempt in range(self.attempts):
            answered, reason, asked_wait = self._try(request)
            if answered is not None:
                return answered
            if attempt + 1 < self.attempts:
                time.sleep(min(max(self.wait * 2**attempt, asked_wait), self.longest))
        raise UnansweredError(f"no answer after {self.attempts} attempts, the last one: {reason}")

    def _try(self, request: Mapping[str, Any]) -> tuple[Answer | None, str, float]:
        """The answer, or None, the passing reason why there is none, and the wait the server asks for."""
        httpx = client_library()
        try:
            status, headers, body = self._exchange(httpx, request)
        except (httpx.HTTPError, httpx.StreamError, _TooLongError) as error:
            return None, self._safe(f"{type(error).__name__}: {error}"), 0.0
        text = body.decode("utf-8", "replace")
        if status == 200:
            answer = _answer(text)
            return answer, "" if answer else f"not a chat completion: {self._safe(text)}", 0.0
        said = self._safe(f"HTTP {status}: {text}")
        if status in _REFUSED:
            raise CallError(f"{self.url} refuses the call: {said}")
        if status not in _PASSING:
            raise UnansweredError(f"refused: {said}")
        return None, said, _seconds(headers.get("retry-after", ""))

    def _exchange(
        self, httpx: ModuleType, request: Mapping[str, Any]
    ) -> tuple[int, Mapping[str, str], bytes]:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        ends = time.monotonic() + self.timeout
        body = bytearray()
        with httpx.stream("POST", self.url, json=request, headers=headers, timeout=self.timeout) as response:
            for part in response.iter_bytes():
                body += part
                # the client's own limit is between two bytes, which a trickle never reaches
                if time.monotonic() > ends:
                    raise _TooLongError(f"the answer took more than {self.timeout:g} seconds")
                if len(body) > _LARGEST:
                    raise _TooLongError(f"the answer is larger than {_LARGEST // 2**20} MiB")
            return response.status_code, response.headers, bytes(body)

    def _safe(self, text: str) -> str:
        """The text on one line, cut, and without the key: servers like to repeat it."""
        hidden = text.replace(self.key, "[key]") if self.key else text
        line = " ".join(hidden.split())
        return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


class _TooLongError(Exception):
    """An answer that takes too long or is too large."""


def client_library() -> ModuleType:
    """`httpx`, or CallError saying how to get it."""
    try:
        import httpx  # an extra
    except ImportError as error:
        raise CallError(
            "the prompt baseline needs httpx; install it with `pip install khabar[prompt]`"
        ) from error
    return httpx


def _answer(text: str) -> Answer | None:
    """The answer in the body of a response, None where it is no chat completion."""
    try:
        value = json.loads(text)
        choice = value["choices"][0]
        content = choice["message"]["content"]
        finish_reason = choice.get("finish_reason")
        usage = value.get("usage") or {}
        tokens = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    if not isinstance(content, str | None) or not isinstance(finish_reason, str | None):
        return None
    counted = [each if isinstance(each, int) and not isinstance(each, bool) else None for each in tokens]
    return Answer(content or "", finish_reason or "", *counted)


def _seconds(retry_after: str) -> float:
    """The wait of a `Retry-After` header in seconds; a date is taken as no wish."""
    return float(retry_after) if re.fullmatch(r"\d{1,6}(?:\.\d+)?", retry_after) else 0.0
