"""The Label Studio server on this machine: an environment of its own, and a data directory migrated once.

Both are made on first use and kept in one folder: `KHABAR_LABEL_STUDIO`, else ~/.cache/khabar/label-studio.
A new data directory takes the server two minutes of migrations; a copy of one takes a second.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from khabar.errors import CallError, KhabarError
from khabar.files import sha256, write_text

Say = Callable[[str], None]
"""Where progress is told."""

INSIDE = Path(__file__).with_name("inside.py")
_PINS = Path(__file__).resolve().parents[3] / "requirements"

_QUIET = {
    "DJANGO_DB": "sqlite",
    # nothing is sent anywhere, and nothing is fetched
    "COLLECT_ANALYTICS": "false",
    "LATEST_VERSION_CHECK": "false",
    "CONVERTER_DOWNLOAD_RESOURCES": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    # accounts are ours to make
    "DISABLE_SIGNUP_WITHOUT_LINK": "true",
    "LOG_LEVEL": "WARNING",
}


def environment(data: Path) -> dict[str, str]:
    """The variables of a server process: those of this one but for Label Studio's and Python's, and ours."""
    foreign = ("LABEL_STUDIO", "HEARTEX", "DJANGO", "PYTHON", "KHABAR", "SENTRY", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    for name in ("HOST", "PORT", "USERNAME", "PASSWORD", "USER_TOKEN", "SECRET_KEY", "DATABASE_NAME"):
        kept.pop(name, None)  # the server takes these, too
    return {**kept, **_QUIET, "LABEL_STUDIO_BASE_DATA_DIR": str(data.resolve())}


@dataclass(frozen=True, slots=True)
class Installation:
    """A folder with the server's environment and its template of a data directory."""

    folder: Path

    @property
    def python(self) -> Path:
        """The Python of the server's environment."""
        return self.folder / "env" / "bin" / "python"

    @property
    def template(self) -> Path:
        """A data directory with a migrated, empty database."""
        return self.folder / "template"

    @property
    def ready(self) -> bool:
        """Whether it is there, made from the pins of this checkout by this Python."""
        mark = self.folder / "ready"
        return mark.is_file() and mark.read_text(encoding="utf-8") == _digest()

    def command(self, *words: str) -> list[str]:
        """The command line of `inside.py`."""
        # isolated, or our modules beside it would hide the server's of the same names (tasks, config)
        return [str(self.python), "-I", "-u", str(INSIDE), *words]

    def run(self, data: Path, *words: str, stdin: str = "") -> None:
        """Run a command of `inside.py` on that directory; KhabarError with its last words if it fails."""
        ended = subprocess.run(  # noqa: S603 - our own script
            self.command(*words),
            env=environment(data),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise KhabarError(f"Label Studio's `{words[0]}` failed: {_last_lines(ended.stderr)}")

    def fill(self, data: Path) -> None:
        """Make that data directory from the template, whole or not at all; one that is there stays."""
        if (data / "label_studio.sqlite3").is_file():
            return
        data.parent.mkdir(parents=True, exist_ok=True)
        data.mkdir(mode=0o700, exist_ok=True)
        data.chmod(0o700)
        for each in sorted(self.template.rglob("*")):
            target = data / each.relative_to(self.template)
            target.mkdir(exist_ok=True) if each.is_dir() else None
            if each.is_file() and each.name != "label_studio.sqlite3":
                shutil.copy2(each, target)
        # the database last and by a rename: it says that the directory is filled
        partial = data / ".label_studio.sqlite3.new"
        shutil.copy2(self.template / "label_studio.sqlite3", partial)
        partial.replace(data / "label_studio.sqlite3")


def installation_folder() -> Path:
    """The folder that `KHABAR_LABEL_STUDIO` names, else one in the user's cache."""
    named = os.environ.get("KHABAR_LABEL_STUDIO")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(named) if named else cache / "khabar" / "label-studio"


def install(folder: Path, *, say: Say) -> Installation:
    """The server's installation in that folder, made there unless it is ready (three minutes, once).

    Raises CallError outside a checkout, where the pins are not; KhabarError where pip or a migration fails.
    """
    if not (_PINS / "label-studio.txt").is_file():
        raise CallError(f"no {_PINS / 'label-studio.txt'}: the server is installed from a checkout")
    found = Installation(folder)
    if found.ready:
        return found
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder, say):
        if not found.ready:
            _make(found, say)
    return found


@contextmanager
def _alone(folder: Path, say: Say) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another process is installing Label Studio: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(found: Installation, say: Say) -> None:
    say(f"installing Label Studio into {found.folder} (once; about a minute)")
    (found.folder / "ready").unlink(missing_ok=True)
    shutil.rmtree(found.folder / "env", ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(found.folder / "env")], os.environ)
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--no-build-isolation"]
    for name in ("build", "label-studio"):  # some of what it needs comes as source only
        _run([str(found.python), "-m", "pip", "install", *options, "-r", str(_pins(name))], os.environ)
    say("making an empty database (once; about two minutes)")
    partial = found.folder / "template.new"
    for each in (partial, found.template):
        shutil.rmtree(each, ignore_errors=True)
    partial.mkdir()
    found.run(partial, "migrate")
    # its key signs sessions and tokens, so every directory makes its own
    (partial / ".env").unlink(missing_ok=True)
    partial.replace(found.template)
    write_text(found.folder / "ready", _digest())


def _pins(name: str) -> Path:
    return _PINS / f"{name}.txt"


def _digest() -> str:
    pins = "".join(_pins(each).read_text(encoding="utf-8") for each in ("build", "label-studio"))
    return sha256(pins + sys.version)


def _run(command: list[str], variables: Mapping[str, str]) -> None:
    ended = subprocess.run(  # noqa: S603 - venv and pip
        command, env=dict(variables), capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise KhabarError(
            f"Label Studio could not be installed: {_last_lines(ended.stderr)}\n"
            "Next: see that the package registry can be reached, and run again"
        )


def _last_lines(text: str, count: int = 5) -> str:
    return " / ".join(line.strip() for line in text.strip().splitlines()[-count:])[-1500:]
