"""The whole way in a real browser: two annotate blindly, a judge decides, and gold is what was clicked."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, sync_playwright

from judged_corpus import article as article_of
from khabar.article_list import write_articles
from khabar.corpus import Corpus
from khabar.decisions import read_decisions
from khabar.document import Annotation, Argument, Entity, Event, Trigger, canonical, read_annotation
from khabar.files import sha256
from khabar.gold import compare_gold, derive_gold
from khabar.labelstudio import labelling_config, task
from khabar.labelstudio.accounts import Site
from khabar.labelstudio.connection import connect
from khabar.labelstudio.desks import desks
from khabar.labelstudio.judge_project import push_disputes, read_judged
from khabar.labelstudio.judgements import docket, gather_judgements
from khabar.labelstudio.pulling import pull
from khabar.labelstudio.push import push
from label_studio_browser import Person, Span

pytestmark = [pytest.mark.labelstudio, pytest.mark.browser]

NAME = "authored-walk"
TEXT = (
    "لقاء في الرباط\n\n"
    "التقى الرئيس سامر الخطيب 😀 وفد NATO في بيروت. ورفضت موسكو خطة للأمم المتحدة يوم الاثنين.\n"
    "وأكد الوفد أن اللقاء كان مفيدا.\n"
)


def span(words: str, skip: int = 0) -> Span:
    """Where the words stand first, without so many of their letters."""
    start = TEXT.index(words)
    return start + skip, start + len(words)


PERSON, NATO, BEIRUT, MOSCOW = span("سامر الخطيب"), span("NATO"), span("بيروت"), span("موسكو")
NATIONS = span("للأمم المتحدة", 1)
MEETS, REJECTS = span("التقى"), span("ورفضت", 1)


def entity(type_: str, at: Span, **attributes: bool | str) -> Entity:
    return Entity(f"x{at[0]}", type_, *at, TEXT[slice(*at)], attributes)


def event(type_: str, at: Span, realis: str, *arguments: tuple[str, Entity]) -> Event:
    fillers = tuple(Argument(role, filler.id) for role, filler in arguments)
    return Event(f"e{at[0]}", type_, Trigger(*at, TEXT[slice(*at)]), fillers, {"realis": realis})


def annotated(annotator: str, *items: Entity | Event) -> Annotation:
    entities = tuple(each for each in items if isinstance(each, Entity))
    events = tuple(each for each in items if isinstance(each, Event))
    return canonical(Annotation(NAME, sha256(TEXT), annotator, "1.0", entities, events))


PER, ORG, CITY = entity("PER", PERSON), entity("ORG", NATO), entity("GPE", BEIRUT)
UN, STATE = entity("IGO", NATIONS, clitic=True), entity("GPE", MOSCOW, metonym=True)
BY_A = annotated(
    "a",
    *(PER, ORG, CITY, UN),
    event("Meet", MEETS, "actual", ("Participant", PER), ("Place", CITY)),
    event("Reject", REJECTS, "future"),
)
BY_B = annotated(
    "b",
    *(PER, ORG, CITY, STATE),
    event("Meet", MEETS, "actual", ("Participant", PER)),
    event("Reject", REJECTS, "negated", ("Rejecter", STATE)),
)
GOLD = annotated(
    "gold",
    *(PER, ORG, CITY, UN),
    event("Meet", MEETS, "actual", ("Participant", PER), ("Place", CITY)),
    event("Reject", REJECTS, "future"),
)


MakeRoom = Callable[[str], "Room"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        message = "no Chromium on PATH (or CHROMIUM=path)"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()


@dataclass(frozen=True)
class Room:
    """A corpus, a server, and the browser of everybody."""

    corpus: Corpus
    site: Site
    browser: Browser
    pictures: Path

    def person(self, name: str) -> Person:
        """That person, logged in, in a browser of their own."""
        account = self.site.account(name)
        context = self.browser.new_context(viewport={"width": 1500, "height": 1000})
        person = Person(context.new_page(), self.site.url)
        person.log_in(account.email, account.password.get_secret_value())
        return person

    def picture(self, person: Person, name: str) -> None:
        person.page.screenshot(path=self.pictures / f"{name}.png")

    def push(self, name: str, given: Annotation | None = None) -> int:
        """The article to that annotator's project, whose id is returned; `given` is what it begins with."""
        tasks = [task(each, given, schema=self.corpus.schema) for each in self.corpus.articles.values()]
        return push(
            connect(self.site, name),
            name,
            tasks,
            articles=self.corpus.articles,
            schema=self.corpus.schema,
            label_config=labelling_config(self.corpus.schema),
            journals=self.corpus.folder.parent,
        ).project.id


def make_room(text: str, site: Site, folder: Path, schema: Path, browser: Browser, pictures: Path) -> Room:
    """A room whose corpus has one article, of that text."""
    (folder / "texts").mkdir(parents=True)
    shutil.copy(schema, folder)
    (folder / "texts" / f"{NAME}.txt").write_text(text, encoding="utf-8")
    write_articles(folder, [article_of(NAME).model_copy(update={"text": text, "text_sha256": sha256(text)})])
    people = [
        {"id": name, "kind": "human", "what": "a person", "guidelines": "1.0", "role": role}
        for name, role in (("a", "annotator"), ("b", "annotator"), ("j", "judge"))
    ]
    (folder / "annotators.yaml").write_text(yaml.safe_dump(people), encoding="utf-8")
    return Room(Corpus(folder), site, browser, Path(os.environ.get("KHABAR_PICTURES") or pictures))


@pytest.fixture
def make(empty_label_studio: Site, tmp_path: Path, repository: Path, browser: Browser) -> MakeRoom:
    schema = repository / "annotations" / "schema.yaml"
    return lambda text: make_room(
        text, empty_label_studio, tmp_path / "annotations", schema, browser, tmp_path
    )


def test_what_two_people_and_a_judge_clicked_is_gold(make: MakeRoom) -> None:
    room = make(TEXT)
    project_a, project_b = room.push("a"), room.push("b")
    annotate_as_a(room, project_a)
    annotate_as_b_and_see_nothing_of_a(room, project_a, project_b)
    for desk in desks(room.corpus, room.site):
        assert pull(room.corpus, desk).reports == ()
    for made in (BY_A, BY_B):
        assert read_annotation(room.corpus.folder / "passes" / made.annotator / f"{NAME}.json") == made
    judge(room)
    assert read_annotation(room.corpus.folder / "gold" / f"{NAME}.json") == GOLD


def annotate_as_a(room: Room, project: int) -> None:
    a = room.person("a")
    a.open_stream(project)
    box = a.page.locator('.ar [class*="richtext__line"]').first.bounding_box()
    assert box is not None
    first = a.page.evaluate(
        "() => { const range = document.createRange();"
        " const line = document.querySelector('.ar [class*=richtext__line]');"
        " range.selectNodeContents(line); const box = range.getBoundingClientRect();"
        " const home = document.querySelector('.ar [class*=htx-richtext]').getBoundingClientRect();"
        " return [home.right - box.right, box.left - home.left] }"
    )
    assert first[0] < 40 < first[1]  # the title stands at the right
    for key, at in (("1", PERSON), ("7", NATO), ("4", BEIRUT), ("8", NATIONS), ("t", MEETS), ("d", REJECTS)):
        a.label(key, at)
    a.choose(NATIONS, "n")
    a.choose(MEETS, "Shift+A")
    a.choose(REJECTS, "Shift+F")
    a.relate(MEETS, PERSON, "Participant")
    a.relate(MEETS, BEIRUT, "Place")
    room.picture(a, "annotator")
    a.submit()


def annotate_as_b_and_see_nothing_of_a(room: Room, project_of_a: int, project: int) -> None:
    b = room.person("b")
    for path in (f"/api/projects/{project_of_a}", f"/api/tasks?project={project_of_a}"):
        reply = b.page.request.get(room.site.url + path)
        assert "سامر" not in reply.text()
        assert reply.status in {403, 404}, path
    b.page.goto(f"{room.site.url}/projects/{project_of_a}/data")
    b.page.wait_for_load_state("networkidle")
    assert "سامر" not in b.page.content()
    assert [each["id"] for each in b.page.request.get(f"{room.site.url}/api/projects").json()["results"]] == [
        project
    ]
    b.open_stream(project)
    assert b.highlights.count() == 0
    for key, at in (("1", PERSON), ("7", NATO), ("4", BEIRUT), ("4", MOSCOW), ("t", MEETS), ("d", REJECTS)):
        b.label(key, at)
    b.choose(MOSCOW, "m")
    b.choose(REJECTS, "Shift+N")
    b.relate(MEETS, PERSON, "Participant")
    b.relate(REJECTS, MOSCOW, "Rejecter")
    b.submit()


def judge(room: Room) -> None:
    """The judge keeps what a has, and drops the state and its role that only b has."""
    corpus = Corpus(room.corpus.folder)
    connection = connect(room.site, "j")
    found = docket(corpus)
    journals = corpus.folder.parent
    project = push_disputes(connection, "j", corpus, found, journals=journals).project.id
    j = room.person("j")
    j.open_stream(project)
    j.region(NATIONS).first.wait_for()
    assert j.region(NATIONS).first.get_attribute("data-label") == "5:IGO,a"
    assert j.region(REJECTS).first.get_attribute("data-label") == "7:Reject,realis?"
    room.picture(j, "judge")
    j.choose(NATIONS, "Shift+K")
    j.choose(MOSCOW, "Shift+D")
    j.write_note(MOSCOW, "لا يُعلَّم هنا")
    j.choose(REJECTS, "Shift+F", "Shift+K")
    j.toggle_role("Meet", "GPE", "disputed")
    j.submit()
    judged = read_judged(connection, "j")
    made = gather_judgements(corpus, judged.tasks, judge="j", agreed={})
    assert (made.open, made.decided) == ([], [NAME])
    compare_gold(Corpus(corpus.folder), derive_gold(Corpus(corpus.folder)))
    decisions = read_decisions(corpus.folder / "decisions" / f"{NAME}.json").decisions
    assert "لا يُعلَّم هنا" in {each.reason for each in decisions if each.item.start == MOSCOW[0]}


def test_an_article_of_five_thousand_words_is_labelled_to_its_last_line(make: MakeRoom) -> None:
    line = "وصل الرئيس سامر الخطيب 😀 إلى بيروت أمس والتقى وفد NATO في مقر الحكومة وبحث معه خطة السلام\n"
    text = "عنوان\n\n" + line * 300
    assert len(text.split()) > 5_000
    room = make(text)
    cities = [match.start() for match in re.finditer("بيروت", text)]
    known = [Entity(f"T{n}", "GPE", at, at + 5, "بيروت") for n, at in enumerate(cities, 1)]
    given = Annotation(NAME, sha256(text), "model", "1.0", tuple(known))
    a = room.person("a")
    a.open_stream(room.push("a", given))
    a.highlights.nth(len(known) - 1).wait_for()
    last = text.rindex("NATO")
    met = text.rindex("التقى")
    a.label("7", (last, last + 4))
    a.label("t", (met, met + 5))
    a.choose((met, met + 5), "Shift+F")
    chosen = a.page.locator(".chosen").bounding_box()
    assert chosen is not None
    assert 0 < chosen["y"] < 1000 - chosen["height"]  # in sight, wherever the reader is
    palette = a.page.locator(".palette").bounding_box()
    assert palette is not None
    assert 0 < palette["y"] < 100
    assert palette["height"] <= 300
    room.picture(a, "long")
    a.submit()
    (desk,) = desks(room.corpus, room.site)
    assert pull(room.corpus, desk).reports == ()
    made = read_annotation(room.corpus.folder / "passes" / "a" / f"{NAME}.json")
    assert len(made.entities) == len(known) + 1
    assert [(each.type, each.start, each.end) for each in made.entities if each.type == "ORG"] == [
        ("ORG", last, last + 4)
    ]
    assert [(each.type, each.trigger.start, dict(each.attributes)) for each in made.events] == [
        ("Meet", met, {"realis": "future"})
    ]
