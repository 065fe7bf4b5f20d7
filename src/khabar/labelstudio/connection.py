"""One person's connection to a server: the SDK's client with timeouts, and one clear error for a failure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
from pydantic import SecretStr

from khabar.errors import KhabarError
from khabar.labelstudio.accounts import Site

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio

TIMEOUT = 120.0
"""Seconds without a byte. What takes longer by nature (an export) gives its own: `connection.patient()`."""

ONCE: Any = {"max_retries": 0}
"""The `request_options` of a request that must not be repeated: one that adds something."""


class ServerError(KhabarError):
    """The server cannot be reached, refuses, or answers what it should not. Programs exit with 1."""


class Connection:
    """A server as one of its users. Nothing is sent until something is asked.

    Reads are repeated twice by the SDK where a server is busy; what adds something takes `ONCE`.
    """

    def __init__(self, url: str, token: SecretStr, *, timeout: float = TIMEOUT) -> None:
        self.url, self.token, self.timeout = url.rstrip("/"), token, timeout

    @cached_property
    def client(self) -> LabelStudio:
        """The client of label-studio-sdk; use it inside `with connection.asking(…)`."""
        import httpx
        from label_studio_sdk import LabelStudio  # slow to import, and an extra

        # a server of this machine is no proxy's business: it could not reach it, and would see the token
        http = httpx.Client(timeout=self.timeout, follow_redirects=True, trust_env=not self._is_here)
        # with a trailing slash, for the SDK joins the address of its token exchange to it
        return LabelStudio(
            base_url=f"{self.url}/",
            api_key=self.token.get_secret_value(),
            timeout=self.timeout,
            httpx_client=http,
        )

    @property
    def _is_here(self) -> bool:
        """Whether the server is on this machine."""
        host = urlsplit(self.url).hostname or ""
        return host in {"localhost", "::1"} or host.startswith("127.")

    def patient(self, timeout: float) -> Connection:
        """The same connection that waits longer."""
        return Connection(self.url, self.token, timeout=timeout)

    @contextmanager
    def asking(self, doing: str) -> Iterator[LabelStudio]:
        """The client. What fails meanwhile becomes one ServerError that says what was being done, and why.

        Neither token nor page of HTML is in it.
        """
        import httpx
        from label_studio_sdk.core.api_error import ApiError

        try:
            yield self.client
        except ApiError as error:
            raise ServerError(self._refused(doing, error)) from None  # its body may be 170 kB of a page
        except httpx.TimeoutException:
            raise ServerError(
                f"{self.url}: no answer in {self.timeout:g} s while {doing}\n"
                "Next: see whether the server is busy or stuck, then run the same command again"
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            kind = type(error).__name__
            # a header that may not be sent is shown in the error, and the token is in one
            shown = kind if isinstance(error, httpx.LocalProtocolError) else f"{kind}: {error}"
            raise ServerError(
                f"{self.url}: cannot be reached while {doing} ({shown})\n"
                "Next: see that the server runs (`make annotate` starts one) and that the address is right"
            ) from None
        except ValueError as error:  # of json and of pydantic: an answer that is none
            kind = type(error).__name__
            raise ServerError(
                f"{self.url}: answered what Label Studio does not, while {doing} ({kind})\n"
                "Next: see that the address is that of a Label Studio server"
            ) from None

    def send(self, path: str, items: Sequence[Any], doing: str) -> Any:
        """POST many items as JSON, once, and give the answer. Raises what `asking` raises.

        As the SDK does, but for its walk over every value, which takes longer than all else here.
        """
        from label_studio_sdk.core.api_error import ApiError

        with self.asking(doing) as client:
            wrapper = client._client_wrapper  # it has the headers of either kind of token
            reply = wrapper.httpx_client.httpx_client.post(
                f"{self.url}/{path}",
                content=msgspec.json.encode(items),
                headers={**wrapper.get_headers(), "content-type": "application/json"},
                timeout=self.timeout,
            )
            if reply.is_error:
                kind = reply.headers.get("content-type", "")
                body = reply.json() if "json" in kind else reply.text
                raise ApiError(status_code=reply.status_code, body=body)
            return reply.json()

    def _refused(self, doing: str, error: Any) -> str:
        status = error.status_code
        next_step = {
            401: "the token is wrong or was revoked: set LABEL_STUDIO_API_KEY, or serve again",
            403: "this user has no right to it: ask the server's administrator, or use another token",
            404: "it is not there, or not this user's: see that the address and the project are right",
        }.get(status, "run the same command again; if it stays so, see the server's log")
        said = _said(error.body)
        return f"{self.url}: answered {status} while {doing}{f': {said}' if said else ''}\nNext: {next_step}"

    def task_link(self, project: int, task: int) -> str:
        """Where a person opens that task."""
        return f"{self.url}/projects/{project}/data?task={task}"


def _said(body: Any) -> str:
    """What the server said, in a line; a page of HTML says nothing."""
    if isinstance(body, dict):
        errors = body.get("validation_errors")
        body = errors if errors else body.get("detail", body)
    text = " ".join(str(body or "").split())
    if not text or "<html" in text[:200].lower() or "<!doctype" in text[:200].lower():
        return ""
    return text if len(text) <= 300 else text[:299] + "…"


def connect(site: Site, name: str) -> Connection:
    """The connection of that annotator or judge. CallError if there is no account for them."""
    return Connection(site.url, site.token(name))
