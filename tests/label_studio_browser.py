"""A person at Label Studio in a real browser: what is done by mouse and key, by the offsets of the text."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, Response

Span = tuple[int, int]

# the text of the article as it is drawn: lines, and a <br> for each line break
_BOXES = """
([start, end]) => {
  const text = document.querySelector('.ar [class*="htx-richtext"]');
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  const boxes = [];
  let position = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeName === 'BR') { position += 1; continue; }
    if (node.nodeType !== Node.TEXT_NODE) continue;
    let unit = 0;
    for (const letter of node.data) {
      if (position === start || position === end - 1) {
        const range = document.createRange();
        range.setStart(node, unit);
        range.setEnd(node, unit + letter.length);
        if (position === start) node.parentElement.scrollIntoView({block: 'center'});
        const box = range.getBoundingClientRect();
        boxes.push({left: box.left, right: box.right, middle: (box.top + box.bottom) / 2, letter});
        if (start === end - 1) boxes.push(boxes[0]);
      }
      unit += letter.length;
      position += 1;
    }
  }
  return boxes;
}
"""


class Person:
    """Somebody who is logged in, at one page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        page.set_default_timeout(120_000)  # on a busy machine a page takes its time

    def log_in(self, email: str, password: str) -> None:
        self.page.goto(f"{self.url}/user/login/")
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(lambda url: "/user/login" not in url)

    def open_stream(self, project: int) -> None:
        """The label stream, until the article is drawn."""
        self.page.goto(f"{self.url}/projects/{project}/data?labeling=1")
        self.page.wait_for_selector('.ar [class*="richtext__line"]')

    def drag(self, span: Span) -> None:
        """Select those characters with the mouse, in reading order."""
        before, found = None, self.page.evaluate(_BOXES, list(span))
        while found != before:  # the first look may have scrolled, and panels may still be coming
            before, found = found, self.page.evaluate(_BOXES, list(span))
        first, last = found
        self.page.mouse.move(_edge(first, begin=True), first["middle"])
        self.page.mouse.down()
        self.page.mouse.move(_edge(last, begin=False), last["middle"], steps=8)
        self.page.mouse.up()

    def label(self, key: str, span: Span) -> None:
        """Press the label's key, and drag over the words."""
        self.page.keyboard.press(key)
        self.drag(span)
        self.region(span).first.wait_for()

    def region(self, span: Span) -> Locator:
        """The highlighted words of a region."""
        return self.page.locator(f'.htx-highlight[data-start="{span[0]}"][data-end="{span[1]}"]')

    @property
    def highlights(self) -> Locator:
        return self.page.locator(".htx-highlight")

    def select(self, span: Span) -> None:
        """Click on a region, so that what is chosen is chosen of it."""
        self.page.keyboard.press("Escape")
        self.region(span).first.click()
        self.page.locator(".lsf-detailed-region__title").first.wait_for()

    def choose(self, span: Span, *keys: str) -> None:
        """Press keys of choices while that region is selected."""
        self.select(span)
        for key in keys:
            box = self.page.locator(".chosen label").filter(has_text=f"[{key.lower()}]")
            box.locator("input:visible, span:visible").first.wait_for()
            self.page.keyboard.press(key)
            box.locator("input:checked").wait_for(state="attached")

    def relate(self, trigger: Span, entity: Span, role: str) -> None:
        """Draw a relation from a trigger to an entity, and give it its role."""
        self.select(trigger)
        self.page.keyboard.press("Alt+r")
        self.region(entity).first.click()
        self.page.keyboard.press("Escape")
        item = self.relations.last
        self._set_role(item, role)

    @property
    def relations(self) -> Locator:
        """The relations of the article, in a panel that is brought to the front."""
        self.page.locator(".lsf-panel-tabs__tab:visible").filter(has_text="Relations").first.click()
        return self.page.locator(".lsf-relations__item")

    def toggle_role(self, trigger: str, entity: str, role: str) -> None:
        """Give or take a label of the relation between two regions, named as the panel names them."""
        found = self.relations.filter(has_text=trigger).filter(has_text=entity)
        assert found.count() == 1
        self._set_role(found, role)

    def _set_role(self, item: Locator, role: str) -> None:
        item.hover()
        item.get_by_label("Show Relation Labels").click()
        item.locator("[data-testid^=select-trigger]").click()
        option = self.page.get_by_test_id(f"select-option-{role}")
        option.click()
        self.page.keyboard.press("Escape")
        option.wait_for(state="hidden")

    def write_note(self, span: Span, words: str) -> None:
        """A note on a region, the judge's reason."""
        self.select(span)
        field = self.page.locator(".chosen textarea:visible, .chosen input[type=text]:visible").first
        field.fill(words)
        field.press("Enter")

    def submit(self) -> None:
        """Submit, and wait until the server has it."""

        def submitted(reply: Response) -> bool:
            return "/annotations" in reply.url and reply.request.method == "POST"

        with self.page.expect_response(submitted):
            self.page.get_by_role("button", name="Submit").first.click()


def _edge(box: dict[str, Any], *, begin: bool) -> float:
    """Where a selection begins or ends at that letter: from right to left, but for Latin letters."""
    latin = box["letter"].isascii()
    return float(box["left"] + 0.5 if latin == begin else box["right"] - 0.5)
