"""A proxy on the loopback before a real Label Studio server, with faults on demand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


@dataclass
class Proxy:
    """What happens to requests whose "METHOD /path" contains `on`, the first `times` of them.

    `fault`: "502" (a page of HTML, the server is not asked), "lost" (the server is asked, its answer is
    replaced by that page), "hang" (silence), "drop" (the connection is closed), "html" (200, a page of HTML).
    """

    url: str = ""
    on: str = ""
    fault: str = ""
    times: int = 1
    requests: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def strikes(self, request: str) -> bool:
        """Whether this request meets the fault."""
        self.requests.append(request)
        if not self.fault or self.on not in request or len(self.struck) >= self.times:
            return False
        self.struck.append(request)
        return True


@contextmanager
def proxied(server: str) -> Iterator[Proxy]:
    """A proxy before that server, at `proxy.url` while the context lasts."""
    proxy = Proxy()
    upstream = httpx.Client(base_url=server, timeout=120, trust_env=False)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            struck = proxy.strikes(f"{self.command} {self.path}")
            if struck and proxy.fault in ("hang", "drop"):
                proxy.closing.wait(60) if proxy.fault == "hang" else None
                self.close_connection = True
                return
            if struck and proxy.fault in ("502", "html"):
                self.answer(502 if proxy.fault == "502" else 200, "text/html", PAGE)
                return
            dropped = ("host", "connection", "accept-encoding", "content-length")
            headers = {name: value for name, value in self.headers.items() if name.lower() not in dropped}
            reply = upstream.request(self.command, self.path, content=body, headers=headers)
            if struck:
                self.answer(502, "text/html", PAGE)
            else:
                self.answer(reply.status_code, reply.headers.get("content-type", ""), reply.content)

        def answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = forward  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A client that went away is no error of the proxy."""

    listening = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    proxy.url = f"http://127.0.0.1:{listening.server_address[1]}"
    try:
        yield proxy
    finally:
        proxy.closing.set()
        listening.shutdown()
        thread.join()
        listening.server_close()
        upstream.close()
