"""Who works on a server, and with what: a site is an address and the account of each person.

The site of a server that we serve is in `accounts.json` of its data directory, mode 0600: the only file that
holds its passwords and tokens. Another server is named by `LABEL_STUDIO_URL` and `LABEL_STUDIO_API_KEY`; all
projects are then those of one user, and who sees what depends on the roles that server has.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from khabar.article_list import ID
from khabar.errors import CallError, Faults
from khabar.files import dump_json, read_json, write_bytes
from khabar.schema import add_validation_faults, shorten

Role = Literal["annotator", "judge"]

FILE = "accounts.json"
_DOMAIN = "khabar.example"
"""Nothing is ever sent there: .example is reserved."""


class _Saved(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Account(_Saved):
    """A person of the project on the server: who logs in with e-mail and password, we with the token."""

    name: Annotated[str, Field(pattern=ID)]
    role: Role
    email: str
    password: SecretStr
    token: SecretStr


class _SavedSite(_Saved):
    url: str
    accounts: list[Account]


@dataclass(frozen=True, slots=True)
class Site:
    """A server's address, and the accounts of those who work there.

    On an `outside` server there are no accounts but the one token.
    """

    url: str
    accounts: tuple[Account, ...] = ()
    outside: SecretStr | None = None

    def token(self, name: str) -> SecretStr:
        """The token to act with for that annotator or judge. CallError if there is no such account."""
        return self.outside or self.account(name).token

    def account(self, name: str) -> Account:
        """The account of that annotator or judge. CallError if there is none."""
        found = next((each for each in self.accounts if each.name == name), None)
        if found is None:
            there = ", ".join(each.name for each in self.accounts) or "none"
            raise CallError(
                f"{name!r} has no account at {self.url} (there are: {there}); "
                "scripts/label_studio.py serve --annotator NAME makes one"
            )
        return found

    def names(self, role: Role) -> list[str]:
        """Who has that role, in the order in which they were made."""
        return [each.name for each in self.accounts if each.role == role]


def new_account(name: str, role: Role) -> Account:
    """An account with a password and a token that nobody can guess."""
    return Account(
        name=name,
        role=role,
        email=f"{name}@{_DOMAIN}",
        password=SecretStr(secrets.token_urlsafe(12)),
        token=SecretStr(secrets.token_hex(20)),
    )


def with_accounts(site: Site, wanted: Sequence[tuple[str, Role]]) -> Site:
    """The site with an account for everybody wanted; those there are stay. CallError for a changed role."""
    roles = {each.name: each.role for each in site.accounts}
    made = list(site.accounts)
    for name, role in wanted:
        if roles.setdefault(name, role) != role:
            raise CallError(f"{name!r} is {_a(roles[name])} and cannot be {_a(role)} as well: name another")
        if all(each.name != name for each in made):
            made.append(new_account(name, role))
    return Site(site.url, tuple(made))


def _a(role: Role) -> str:
    return f"an {role}" if role == "annotator" else f"a {role}"


def save_site(data: Path, site: Site) -> Path:
    """Write `accounts.json`, readable by its owner only."""
    accounts = [
        {
            "name": each.name,
            "role": each.role,
            "email": each.email,
            "password": each.password.get_secret_value(),
            "token": each.token.get_secret_value(),
        }
        for each in site.accounts
    ]
    content = dump_json({"url": site.url, "accounts": accounts}, indent=1) + "\n"
    write_bytes(data / FILE, content.encode(), private=True)
    return data / FILE


def read_site(data: Path) -> Site:
    """The site of the server of that data directory.

    Raises CallError if none was served from it or others may read the file, DataError if it is malformed;
    no value is in the message, since it may be a secret.
    """
    path = data / FILE
    if not path.is_file():
        raise CallError(
            f"no {path}: no server was served from there; start one with `make annotate`, "
            "or set LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY"
        )
    if mode := stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise CallError(f"{path} may be read by others (mode bits {mode:o}): chmod 600 {path}, and run again")
    faults = Faults(path)
    try:
        saved = _SavedSite.model_validate(read_json(path))
    except ValidationError as error:
        found = Faults(path)
        add_validation_faults(found, error)
        for fault in found.report().faults:
            faults.add(fault.where, fault.message.partition(", found ")[0])
    faults.raise_if_any(f"delete {path}; serve makes new passwords and tokens")
    return Site(saved.url, tuple(saved.accounts))


def outside_site() -> Site | None:
    """The server that `LABEL_STUDIO_URL` and `LABEL_STUDIO_API_KEY` name.

    CallError if only one is set, or one cannot be what it should; the token is in no message.
    """
    url, key = (os.environ.get(name, "").strip() for name in ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"))
    if bool(url) != bool(key):
        missing = "LABEL_STUDIO_API_KEY" if url else "LABEL_STUDIO_URL"
        raise CallError(f"{missing} is not set: a server that runs already is named by both")
    if not url:
        return None
    _require_address(url)
    if not re.fullmatch(r"[!-~]+", key):
        raise CallError(
            "LABEL_STUDIO_API_KEY holds a space, a line break or a letter that is not ASCII, which no token "
            "does: copy it again from Account & Settings"
        )
    return Site(url, outside=SecretStr(key))


def _require_address(url: str) -> None:
    """CallError unless it is the address of a server, without a password in it: addresses are printed."""
    if "@" in url:
        raise CallError(
            "LABEL_STUDIO_URL holds a user or a password, and addresses are printed: leave them out, "
            "the token of LABEL_STUDIO_API_KEY is enough"
        )
    try:
        parts = urlsplit(url)
        good = bool(parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0)
    except ValueError:  # a port that is no number, brackets without an address
        good = False
    if not good or not re.fullmatch(r"[!-~]+", url) or "?" in url or "#" in url:
        raise CallError(
            f"LABEL_STUDIO_URL: expected an address such as http://127.0.0.1:8080, found {shorten(url)}"
        )


def find_site(data: Path) -> Site:
    """The outside server if one is named, else the one served from that data directory."""
    return outside_site() or read_site(data)
