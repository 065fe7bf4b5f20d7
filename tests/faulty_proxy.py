"""A proxy on the loopback in front of a real server, which spoils the requests it is told to spoil."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Fault = str | float | None
"""What is done with a request. None: it is passed on.

The server is not asked: "502" (a page in its place), "html" (200 and such a page), "drop" (the connection
is closed), "hang" (silence). The server is asked: "lost" (its answer never comes), "replaced" (by a 502),
a number (that part of the answer's body comes).
"""
PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
HTML = [("Content-Type", "text/html")]


@dataclass
class Proxy:
    """Where it is, what was asked, and `fault`, which says of method and path what is to be done."""

    url: str
    fault: Callable[[str, str], Fault] = lambda _method, _path: None
    asked: list[tuple[str, str]] = field(default_factory=list)
    struck: list[tuple[str, str]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def strike_once(self, on: str, fault: Fault) -> None:
        """Spoil the first request from now on whose "METHOD /path" holds `on`."""
        before = len(self.struck)

        def once(method: str, path: str) -> Fault:
            return fault if on in f"{method} {path}" and len(self.struck) == before else None

        self.fault = once


@contextmanager
def faulty_proxy(server: str) -> Iterator[Proxy]:
    """The proxy before that server while the context lasts."""
    host = urlsplit(server).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except ConnectionError:
                self.close_connection = True

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = (self.command, self.path)
            proxy.asked.append(request)
            fault = proxy.fault(*request)
            if fault is not None:
                proxy.struck.append(request)
                self.close_connection = True
            if fault == "hang":
                proxy.closing.wait()
            elif fault in ("502", "html"):
                self._answer(502 if fault == "502" else 200, HTML, PAGE)
            elif fault != "drop":
                self._forward(body, fault)

        def _forward(self, body: bytes, fault: Fault) -> None:
            upstream = http.client.HTTPConnection(host, timeout=600)
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            upstream.request(self.command, self.path, body, {**headers, "Host": host, "Connection": "close"})
            answer = upstream.getresponse()
            content = answer.read()
            upstream.close()
            if fault == "replaced":
                self._answer(502, HTML, PAGE)
            elif fault != "lost":
                part = fault if isinstance(fault, float) else 1.0
                self._answer(answer.status, answer.getheaders(), content, part)

        def _answer(
            self, status: int, headers: list[tuple[str, str]], body: bytes, part: float = 1.0
        ) -> None:
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                    self.send_header(name, value)
            if status != http.client.NO_CONTENT:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: int(part * len(body))])

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _pass_on  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        proxy = Proxy(f"http://127.0.0.1:{listening.server_address[1]}")
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.closing.set()
            listening.shutdown()
            thread.join()
