"""A chat-completions endpoint on the loopback, with faults on demand."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-loopback0123456789SECRET"


@dataclass
class Chats:
    """What the endpoint answers. `faults` strike first, in order; then `reply` gives the words of the answer.

    A fault is a status with a body and headers, or "hang" (seconds of silence), "drop" (connection closed),
    "cut" (the body ends in its middle), "trickle" (a byte now and then), "html" (200, no completion).
    """

    reply: Callable[[dict[str, Any]], str | None]
    faults: list[Any] = field(default_factory=list)
    finish_reason: str = "stop"
    usage: dict[str, int] | None = field(
        default_factory=lambda: {"prompt_tokens": 100, "completion_tokens": 7}
    )
    requests: list[dict[str, Any]] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def asked(self) -> list[str]:
        """The ids of the articles asked about, in order of arrival."""
        return [each["messages"][-1]["content"].split("\n")[0].split()[-1] for each in self.requests]


def completion(content: str | None, finish_reason: str, usage: dict[str, int] | None) -> bytes:
    """The body of an answer."""
    message = {"role": "assistant", "content": content}
    value: dict[str, Any] = {
        "id": "c",
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
    }
    return json.dumps(value | ({"usage": usage} if usage else {})).encode()


@contextmanager
def serving(chats: Chats) -> Iterator[Chats]:
    """The endpoint, at `chats.url` while the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            given = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with chats.lock:
                chats.requests.append(given)
                chats.authorizations.append(self.headers.get("authorization"))
                fault = chats.faults.pop(0) if chats.faults else None
            if self.path != "/v1/chat/completions":
                self.answer(404, b"no such path")
            else:
                self.strike(fault, given)

        def strike(self, fault: Any, given: dict[str, Any]) -> None:
            if isinstance(fault, tuple):
                status, body, headers = fault
                return self.answer(status, body, headers)
            body = completion(chats.reply(given), chats.finish_reason, chats.usage)
            if fault == "hang":
                chats.closing.wait(30)
                self.close_connection = True
            elif fault == "drop":
                self.close_connection = True
            elif fault == "html":
                self.answer(200, b"<html>busy</html>")
            elif fault == "cut":
                self.start(200, len(body))
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
            elif fault == "trickle":
                self.start(200, 10_000)
                while not chats.closing.wait(0.05):
                    self.wfile.write(b" ")
            else:
                self.answer(200, body)
            return None

        def start(self, status: int, length: int, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"content-length": str(length), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()

        def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.start(status, len(body), headers)
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A client that went away is no error of the server."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    chats.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield chats
    finally:
        chats.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
