"""Serves Label Studio on 127.0.0.1 from a data directory, with an account for everybody asked for."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from khabar.errors import CallError, KhabarError
from khabar.labelstudio.accounts import FILE, Role, Site, read_site, save_site, with_accounts
from khabar.labelstudio.installation import Installation, Say, environment

LOG = "server.log"
START_SECONDS = 300.0
"""How long a server may take to answer: seconds on a machine at rest, minutes on one that is busy."""
STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs, and who works there."""

    site: Site
    process: subprocess.Popen[bytes]
    log: Path

    def wait(self) -> None:
        """Until the server ends, which it does not by itself: KhabarError then."""
        code = self.process.wait()
        raise KhabarError(f"Label Studio ended by itself (exit {code}); its last words are in {self.log}")


@contextmanager
def serving(
    installation: Installation, data: Path, *, people: Sequence[tuple[str, Role]], port: int, say: Say
) -> Iterator[Served]:
    """The server while the context lasts; afterwards the server and its children have gone.

    Raises CallError if the port is taken or the directory is being served already, KhabarError if the
    server does not start.
    """
    check_port(port)
    installation.fill(data)
    with _only_server(data):
        site = _prepare(installation, data, people, f"http://127.0.0.1:{port}", say)
        say(f"starting Label Studio on port {port}")
        process = _start(installation, data, port)
        try:
            _wait_until_up(process, site, data)
            yield Served(site, process, data / LOG)
        finally:
            _stop(process)


def check_port(port: int) -> None:
    """CallError if somebody listens on that port of 127.0.0.1: the server would move to another."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CallError(
                f"port {port} of 127.0.0.1 cannot be used ({error.strerror}): choose another with --port"
            ) from error


@contextmanager
def _only_server(data: Path) -> Iterator[None]:
    with (data / "server.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CallError(
                f"{data} is being served already: use that server, or another --data directory"
            ) from error
        yield


def _prepare(
    installation: Installation, data: Path, people: Sequence[tuple[str, Role]], url: str, say: Say
) -> Site:
    """The site with everybody's account, saved first: an account without its password is of no use."""
    before = read_site(data) if (data / FILE).is_file() else Site(url)
    site = with_accounts(Site(url, before.accounts), people)
    mark = data / "accounts.made"
    made = mark.read_text(encoding="utf-8").split() if mark.is_file() else []
    save_site(data, site)
    new = [each for each in site.accounts if each.name not in made]
    if new:
        say(f"making accounts: {', '.join(each.name for each in new)}")
        wanted = [
            {
                "email": each.email,
                "password": each.password.get_secret_value(),
                "token": each.token.get_secret_value(),
                "organization": each.name,
            }
            for each in new
        ]
        installation.run(data, "accounts", stdin=json.dumps(wanted))
        mark.write_text("".join(f"{each.name}\n" for each in site.accounts), encoding="utf-8")
    return site


def _start(installation: Installation, data: Path, port: int) -> subprocess.Popen[bytes]:
    """A process group of its own, so that Ctrl-C comes to us first; its stdin ends when we do."""
    log = os.open(data / LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        return subprocess.Popen(  # noqa: S603 - our own script
            installation.command("serve", str(port)),
            env=environment(data),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    finally:
        os.close(log)


def _wait_until_up(process: subprocess.Popen[bytes], site: Site, data: Path) -> None:
    """Until our server answers to one of our tokens, which no other would."""
    tokens = [each.token.get_secret_value() for each in site.accounts]
    headers = {"Authorization": f"Token {tokens[0]}"} if tokens else {}
    address = f"{site.url}/api/current-user/whoami" if tokens else f"{site.url}/health"
    deadline = time.monotonic() + START_SECONDS
    with httpx.Client(timeout=30, headers=headers, trust_env=False) as client:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise KhabarError(f"Label Studio ended while it started; its last words are in {data / LOG}")
            try:
                if client.get(address).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass  # not listening yet
            time.sleep(0.2)
    raise KhabarError(f"Label Studio did not answer in {START_SECONDS:.0f} s; its words are in {data / LOG}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the whole group, with force if it does not end by itself."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        break
    process.wait()
    if process.stdin:
        process.stdin.close()


def where_to_click(site: Site, data: Path) -> str:
    """Address, accounts, and where the passwords are: never a password."""
    lines = [f"Label Studio is at {site.url}"]
    lines += [f"  {each.role} {each.name}: log in as {each.email}" for each in site.accounts]
    lines.append(f"passwords are in {data / FILE}, which only you can read")
    lines.append(
        "open your project and click Label All Tasks. Ctrl-C here stops the server; the data are kept"
    )
    return "\n".join(lines)
