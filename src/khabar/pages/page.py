"""One HTML file out of a template, a style sheet and a script, everything inside it and nothing fetched.

Values are escaped by the template engine. The file also forbids itself, by its content security policy,
any script but its own and any request, so that what escaped the escaping could still do nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from khabar.files import write_text

UNDEFINED = "–"


def render(name: str, *, look: str | None = None, script: str | None = None, **values: Any) -> str:
    """The page of the template `<name>.html.j2`, with `<name>.css` and `<name>.js` in it.

    `look` names a style sheet that several pages share; it comes before the page's own. `script` names
    a script that is another page's, too.
    """
    environment = Environment(
        loader=PackageLoader("khabar.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["percent"] = percent
    environment.filters["brief"] = brief
    style = _source(environment, f"{name}.css")
    code = _source(environment, f"{script or name}.js")
    if look is not None:
        style = _source(environment, f"{look}.css") + style
    policy = (
        f"default-src 'none'; script-src '{_digest(code)}'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    # both are files of this package, never anyone's data
    own = {"style": Markup(style), "script": Markup(code), "policy": policy}  # noqa: S704
    return environment.get_template(f"{name}.html.j2").render(**values, **own)


def _source(environment: Environment, name: str) -> str:
    if environment.loader is None:
        raise LookupError(name)
    return environment.loader.get_source(environment, name)[0]


def _digest(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def write_pages(folder: Path, pages: Mapping[str, str]) -> None:
    """Write the pages into the folder, by the names of their files; any other page in it is taken away."""
    for name, page in pages.items():
        write_text(folder / name, page)
    for path in folder.glob("*.html"):
        if path.name not in pages:
            path.unlink()


def brief(text: str, limit: int = 120) -> str:
    """The text, cut with … where it is longer: browsers need minutes for one word of ten thousand letters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def percent(value: float | None) -> str:
    """The figure in per cent with one decimal, or –."""
    return UNDEFINED if value is None else f"{100 * value:.1f}"
