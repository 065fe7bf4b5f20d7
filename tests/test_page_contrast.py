"""Words on colours can be read: a contrast of 4.5, as WCAG AA asks for, in light and dark, in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, PackageLoader

from khabar.pages.figures import Cell
from khabar.pages.page import percent
from khabar.schema import load_schema
from test_leaderboard_page import Opened, browser

__all__ = ["browser"]

ENOUGH = 4.5
CONTRAST = """
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const bytes = (colour) => {
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (colour) => {
    const [red, green, blue] = bytes(colour).map((each) => {
      const part = each / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, two) => {
    const [less, more] = [luminance(one), luminance(two)].sort((a, b) => a - b);
    return (more + 0.05) / (less + 0.05);
  };
"""


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_figure_of_a_heat_map_can_be_read(browser: Any, repository: Path, scheme: str) -> None:
    environment = Environment(loader=PackageLoader("khabar.pages"), autoescape=True)
    environment.filters["percent"] = percent
    module: Any = environment.get_template("_parts.html.j2").module
    cells = "".join(str(module.heat(Cell(number / 200))) for number in range(201))
    path = repository / "benchmark" / "leaderboard" / "index.html"
    found = Opened(browser, path, viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    low = found.page.evaluate(
        f"""(cells) => {{{CONTRAST}
        const row = document.querySelector("table.heat tbody").insertRow();
        row.innerHTML = cells;
        return [...row.cells].map((cell) => {{
          const style = getComputedStyle(cell);
          return [contrast(style.color, style.backgroundColor), cell.textContent];
        }}).filter(([value]) => !(value >= {ENOUGH}));
    }}""",
        cells,
    )
    assert low == []
    found.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_label_of_every_type_can_be_read(browser: Any, repository: Path, scheme: str) -> None:
    schema = load_schema(repository / "annotations" / "schema.yaml")
    path = repository / "benchmark" / "leaderboard" / "articles" / "authored-asmara-2018.html"
    found = Opened(browser, path, viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    types = [*schema.entities, *schema.events]
    low = found.page.evaluate(
        f"""(types) => {{{CONTRAST}
        const text = document.querySelector("#gold .text");
        const card = getComputedStyle(document.querySelector("#gold")).backgroundColor;
        return types.flatMap((type) => {{
          const mark = document.createElement("mark");
          mark.className = `entity t-${{type}}`;
          mark.dataset.tag = mark.dataset.role = type;
          text.append(mark);
          const label = getComputedStyle(mark, "::before").color;
          mark.classList.add("role");
          mark.style.setProperty("--arc", "var(--tone)");
          const style = getComputedStyle(mark, "::before");
          const role = contrast(style.color, style.backgroundColor);
          return [[type, contrast(label, card)], [`${{type}} as a role`, role]];
        }}).filter(([, value]) => !(value >= {ENOUGH}));
    }}""",
        types,
    )
    assert low == []
    found.context.close()
