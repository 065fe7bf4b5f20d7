"""A Hub of our own on the loopback: it speaks the client's protocol, in memory, with faults on demand.

It holds repositories, commits, tags and large files, and serves what `huggingface_hub` and `datasets` ask
for without Xet. `hub.fail(...)` makes chosen requests go wrong, before or after they took effect.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from hub_api import Hub, RefusedError
from hub_repositories import entry

WRITER = "hf_writerWRITERwriterWRITERwriter01"
READER = "hf_readerREADERreaderREADERreader02"


class Handler(BaseHTTPRequestHandler):
    """HTTP around the state, and the faults."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: two would wait for each other's acknowledgement
    hub: Hub

    def log_message(self, *_: Any) -> None:
        """Silence: tests look at `hub.requests`."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.hub.fault_of(self.command, parts.path)
        if fault is not None and fault.how == "drop":
            self._hang_up()
            return
        if fault is not None and fault.how == "status":
            self._send(
                fault.status, fault.message.encode(), {"X-Error-Message": fault.message, **fault.headers}
            )
            return
        status, data, headers = self._answer(parts.path, parse_qs(parts.query), body)
        if fault is None:
            self._send(status, data, headers)
        elif fault.how == "lost":
            self._hang_up()
        elif fault.how == "failed":
            self._send(
                fault.status, fault.message.encode(), {"X-Error-Message": fault.message, **fault.headers}
            )
        elif fault.how == "cut":
            self._send(status, data, headers, half=True)
        else:
            time.sleep(fault.seconds)
            self._send(status, data, headers)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _serve  # noqa: N815

    def _answer(
        self, path: str, query: dict[str, list[str]], body: bytes
    ) -> tuple[int, bytes, dict[str, str]]:
        try:
            token = self._token(path)
            if found := re.fullmatch(r"/lfs-put/([0-9a-f]{64})", path):
                if hashlib.sha256(body).hexdigest() != found.group(1):
                    return 400, b"other bytes", {}
                with self.hub.lock:
                    self.hub.large[found.group(1)] = body
                return 200, b"", {}
            if found := re.fullmatch(r"(?:/(datasets|spaces))?/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
                return self._file(*found.groups(), token)
            value = self.hub.answer(self.command, path, query, body, token)
            return 200, json.dumps(value).encode(), {"Content-Type": "application/json"}
        except RefusedError as error:
            if error.code == "JSON":
                return error.status, error.message.encode(), {"Content-Type": "application/json"}
            headers = {"X-Error-Message": error.message, "Content-Type": "application/json"}
            if error.code:
                headers["X-Error-Code"] = error.code
            return error.status, json.dumps({"error": error.message, **error.more}).encode(), headers

    def _token(self, path: str) -> str | None:
        given = self.headers.get("Authorization", "")
        token = given.removeprefix("Bearer ") or None
        writes = self.command != "GET" and not re.search(
            r"/(paths-info|resolve)/|/validate-yaml|/lfs-put/", path
        )
        if token not in {None, WRITER, READER}:
            raise RefusedError(401, "Invalid credentials in Authorization header")
        if writes and token is None and self.command != "HEAD":
            raise RefusedError(401, "Invalid username or password.")
        if writes and token == READER and self.command != "HEAD":
            raise RefusedError(403, "you must use a write token")
        return token

    def _file(
        self, kind: str, name: str, revision: str, path: str, token: str | None
    ) -> tuple[int, bytes, dict[str, str]]:
        repository = self.hub.find(kind or "models", name, token)
        commit = self.hub.commit_at(repository, unquote(revision))
        data = commit.files.get(unquote(path))
        if data is None:
            raise RefusedError(404, "Entry not found", "EntryNotFound")
        found = entry(path, data)
        etag = found["lfs"]["oid"] if "lfs" in found else found["oid"]
        headers = {"X-Repo-Commit": commit.oid, "ETag": f'"{etag}"', "Accept-Ranges": "bytes"}
        headers |= {"X-Linked-Etag": f'"{etag}"', "X-Linked-Size": str(len(data))}
        data = self.hub.bent.get(unquote(path), data)
        if span := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            start, end = int(span.group(1)), min(int(span.group(2) or len(data) - 1), len(data) - 1)
            headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
            return 206, data[start : end + 1], headers
        return 200, data, headers

    def _send(self, status: int, data: bytes, headers: dict[str, str], *, half: bool = False) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data[: len(data) // 2] if half else data)
        if half:
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_: Any) -> None:
        """Silence: clients hang up, and so do faults."""


@contextmanager
def serving() -> Iterator[Hub]:
    """A Hub at `hub.address`, gone afterwards."""
    hub = Hub()
    server = _Server(("127.0.0.1", 0), type("Bound", (Handler,), {"hub": hub}))
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
