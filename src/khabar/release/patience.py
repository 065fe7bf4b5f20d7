"""How long one waits for a Hub that is busy or out of reach, and what its errors mean in plain words."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from huggingface_hub import get_session, get_token
from huggingface_hub.errors import (
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import (  # type: ignore[attr-defined]  # untyped, and httpx of its generation
    are_progress_bars_disabled,
    disable_progress_bars,
    enable_progress_bars,
    httpx,
    parse_ratelimit_headers,
)

from khabar.errors import DataError

Result = TypeVar("Result")
Tell = Callable[[str], None]

TROUBLE = (httpx.HTTPError, OSError, json.JSONDecodeError)
"""What the client raises where Hub or network fail, or something else than the Hub answers."""

_PASSING = {408, 429, 500, 502, 503, 504}
_TOO_MANY = 429
_TIMEOUT = 120.0
AGAIN = "run the same command again: it goes on where this one stopped"


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a step is tried, and how long is waited between: seconds, doubled each time.

    A Hub that asks for a longer wait than `longest` is not waited for.
    """

    attempts: int = 5
    wait: float = 1.0
    longest: float = 300.0  # the Hub counts requests in windows of five minutes

    def waits(self) -> Iterator[float]:
        """The wait after each attempt; no wait follows the last, which gives 0."""
        for number in range(self.attempts):
            yield min(self.wait * 2**number, self.longest) if number + 1 < self.attempts else 0.0


def broken(message: str) -> Exception:
    """An error of the connection, of an answer that cannot be one."""
    error: Exception = httpx.RemoteProtocolError(message)
    return error


def status_of(error: BaseException) -> int | None:
    """The HTTP status the Hub answered with, None where it did not answer."""
    return error.response.status_code if isinstance(error, HfHubHTTPError) else None


def may_pass(error: BaseException, patience: Patience) -> bool:
    """Whether the same request may go well a little later."""
    if isinstance(error, HfHubHTTPError):
        return error.response.status_code in _PASSING and _asked_wait(error.response) <= patience.longest
    if isinstance(error, OfflineModeIsEnabled):
        return False
    # an OSError with a number is this machine's (a full disk), unless it is the connection's
    return not isinstance(error, OSError) or isinstance(error, ConnectionError) or error.errno is None


def pause(error: BaseException, wait: float) -> None:
    """Wait that long, or as long as the Hub asked for."""
    asked = _asked_wait(error.response) if isinstance(error, HfHubHTTPError) else 0.0
    time.sleep(max(wait, asked))


def _asked_wait(response: Any) -> float:
    limit = parse_ratelimit_headers(response.headers)
    if response.status_code == _TOO_MANY and limit is not None and limit.remaining == 0:
        return float(limit.reset_in_seconds)
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else 0.0


def tried(call: Callable[[], Result], patience: Patience, *, source: str, doing: str, tell: Tell) -> Result:
    """The call's result. It must be safe to make twice: it is made again while trouble may pass.

    Raises DataError, in plain words, where it does not.
    """
    for wait in patience.waits():
        try:
            with bounded(patience.longest):
                return call()
        except TROUBLE as error:
            if not wait or not may_pass(error, patience):
                raise explained(error, source=source, doing=doing) from shown(error)
            tell(f"{doing}: {_words(error)[0]}; trying again")
            pause(error, wait)
    raise AssertionError("the last attempt returns or raises")


@contextmanager
def bounded(longest: float) -> Iterator[None]:
    """The client with what it lacks: a time-out, a bound on waits a server asks for, no bars in logs."""

    def refuse_long_wait(response: Any) -> None:
        if response.status_code in _PASSING and _asked_wait(response) > longest:
            response.read()
            raise HfHubHTTPError(f"{response.status_code}", response=response)

    client = get_session()
    hooks, timeout = client.event_hooks, client.timeout
    client.event_hooks = {**hooks, "response": [*hooks.get("response", []), refuse_long_wait]}
    client.timeout = httpx.Timeout(_TIMEOUT)
    bars = not are_progress_bars_disabled()
    if bars and not sys.stderr.isatty():
        disable_progress_bars()
    try:
        yield
    finally:
        if bars:
            enable_progress_bars()
        client.event_hooks, client.timeout = hooks, timeout


def explained(error: BaseException, *, source: str, doing: str) -> DataError:
    """The trouble in plain words, with the next step, and without the token."""
    message, next_step = _words(error)
    return DataError.one(source, without_token(message), where=doing, next_step=next_step)


def _words(error: BaseException) -> tuple[str, str]:
    status = status_of(error)
    if status is None or not isinstance(error, HfHubHTTPError):
        if isinstance(error, OSError) and error.errno is not None and not isinstance(error, ConnectionError):
            return f"{error.strerror or error}", f"mend this, then {AGAIN}"
        return f"the connection failed ({type(error).__name__}: {without_token(str(error))})", AGAIN
    said = without_token(error.server_message or "")
    said = f" (it says: {said})" if said else ""
    if status == 401 or (status == 403 and get_token() is None):
        next_step = "log in with `hf auth login`, or set HF_TOKEN to a token that may write there"
        return f"401: the Hub does not know the token, or there is none{said}", next_step
    if status == 403:
        return f"403: the token may not do this{said}", "use a token with write access to this repository"
    if isinstance(error, RepositoryNotFoundError):
        return f"{status}: there is no such repository, or the token may not see it{said}", "check its name"
    if isinstance(error, RevisionNotFoundError):
        return (
            f"{status}: there is no such revision{said}",
            f"check its name; if it was made just now, {AGAIN}",
        )
    if status == _TOO_MANY or _asked_wait(error.response):
        asked = _asked_wait(error.response)
        wait = f"{asked:.0f} seconds" if asked else "a while"
        return f"{status}: the Hub asks to wait {wait}{said}", f"wait that long, then {AGAIN}"
    if status >= 500:
        return f"{status}: the Hub failed{said}", AGAIN
    return f"{status}: the Hub refused this{said}", "mend what it says, then run again"


def shown(error: BaseException) -> BaseException | None:
    """The error as the cause of another, None where its own text would show the token in a traceback."""
    return error if without_token(str(error)) == str(error) else None


def without_token(text: str) -> str:
    """The text with the token in use blotted out, should a server have echoed it."""
    token = get_token()
    return text.replace(token, "[token]") if token else text
