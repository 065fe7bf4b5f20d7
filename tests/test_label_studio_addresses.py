"""The address and the token of a server, as people paste them: told before anything is sent, never shown."""

from __future__ import annotations

import socket

import pytest
from pydantic import SecretStr

from khabar.errors import CallError
from khabar.labelstudio.accounts import Site, outside_site
from khabar.labelstudio.connection import Connection, ServerError, connect

TOKEN = "0123456789abcdef" * 2
HALVES = TOKEN[:16], TOKEN[16:]


def named(monkeypatch: pytest.MonkeyPatch, url: str, key: str) -> Site | None:
    monkeypatch.setenv("LABEL_STUDIO_URL", url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", key)
    return outside_site()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", " https://example.org/label-studio/ \n", "http://[::1]:8080"]
)
def test_an_address_and_a_token_are_taken_as_they_are_pasted(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert named(monkeypatch, url, f" {TOKEN}\n") == Site(url.strip(), outside=SecretStr(TOKEN))


@pytest.mark.parametrize("between", ["\n", " ", "\u200f", "م"])
def test_a_token_that_no_header_may_hold_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, between: str
) -> None:
    with pytest.raises(CallError, match="LABEL_STUDIO_API_KEY holds a space, a line break") as raised:
        named(monkeypatch, "http://127.0.0.1:9", between.join(HALVES))
    assert not any(half in str(raised.value) for half in HALVES)


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8080",
        "localhost",
        "ftp://127.0.0.1",
        "http://",
        "http://127.0.0.1:port",
        "http://127.0.0.1:99999",
        "http://[::1",
        "http://127.0.0.1 :8080",
        "http://127.0.0.1:8080/projects?page=1",
        "http://\u200f127.0.0.1:8080",
    ],
)
def test_what_is_no_address_is_a_wrong_call(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(CallError, match=r"LABEL_STUDIO_URL: expected an address such as http://127\.0\.0\.1"):
        named(monkeypatch, url, TOKEN)


@pytest.mark.parametrize("url", ["https://me:hidden@example.org", "https://hidden@[example", "me:hidden@x"])
def test_an_address_with_a_password_is_refused_and_the_password_not_shown(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    with pytest.raises(CallError, match="holds a user or a password") as raised:
        named(monkeypatch, url, TOKEN)
    assert "hidden" not in str(raised.value)


def test_a_token_that_cannot_be_sent_is_in_no_error() -> None:
    """Wherever it came from: httpx shows the header that it refuses."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        connection = Connection(address, SecretStr("\n".join(HALVES)))
        with pytest.raises(ServerError) as raised, connection.asking("looking") as client:
            client.users.whoami()
    assert "cannot be reached while looking (LocalProtocolError)" in str(raised.value)
    assert not any(half in str(raised.value) for half in HALVES)


@pytest.mark.labelstudio
def test_a_proxy_of_the_environment_is_not_asked_for_a_server_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, label_studio: Site
) -> None:
    """It cannot reach it, and would be told the token."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with connect(label_studio, "a").asking("looking") as client:
        assert client.users.whoami().email == "a@khabar.example"
    elsewhere = Connection("http://example.org", SecretStr(TOKEN))
    with pytest.raises(ServerError, match="Connection refused"), elsewhere.asking("looking") as client:
        client.users.whoami()
