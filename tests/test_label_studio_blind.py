"""Double blind on a real server: no request of one annotator gives what another has."""

from __future__ import annotations

import json
from dataclasses import dataclass

import httpx
import pytest

from khabar.labelstudio.accounts import Site
from khabar.labelstudio.config import labelling_config
from khabar.labelstudio.connection import ServerError, connect
from khabar.labelstudio.projects import find_project, get_project, make_project
from khabar.schema import Schema

pytestmark = pytest.mark.labelstudio

TEXT = "أعلن زعبلوط استقالته."
"""A word that is nowhere else, so that it tells where the text was given away."""
REGION = "region-of-a"


@dataclass(frozen=True)
class Work:
    """What annotator a has on the server: ids by the names that the API's paths use."""

    site: Site
    ids: dict[str, int]

    def client(self, name: str) -> httpx.Client:
        """A plain client of that person, which hides nothing."""
        headers = {"Authorization": f"Token {self.site.token(name).get_secret_value()}"}
        return httpx.Client(base_url=self.site.url, headers=headers, timeout=60)


@pytest.fixture
def work(empty_label_studio: Site, schema: Schema) -> Work:
    """A project of a with a text, a submitted annotation, a draft and a prediction."""
    connection = connect(empty_label_studio, "a")
    client = connection.client
    project = make_project(connection, "pass", "a", label_config=labelling_config(schema))
    result = [
        {
            "id": REGION,
            "from_name": "entity",
            "to_name": "text",
            "type": "labels",
            "value": {"start": 5, "end": 11, "labels": ["PER"]},
        }
    ]
    given = {
        "data": {"article": "x", "text": TEXT},
        "predictions": [{"model_version": "m", "result": result}],
    }
    client.projects.import_tasks(id=project.id, request=[given])
    task = next(iter(client.tasks.list(project=project.id)))
    annotation = client.annotations.create(id=task.id, result=result)
    prediction = client.predictions.list(task=task.id)[0]
    view = client.views.list(project=project.id)[0]
    return Work(
        empty_label_studio,
        {
            "project": project.id,
            "task": task.id,
            "annotation": annotation.id,
            "prediction": prediction.id,
            "view": view.id,
        },
    )


def gives_away(reply: httpx.Response) -> bool:
    """Whether words, region or name of a are in the reply, or in the JSON it escapes them in."""
    words = ("زعبلوط", json.dumps("زعبلوط")[1:-1], REGION, "a@khabar.example")
    return any(word in reply.text for word in words)


def test_an_annotator_has_no_project_but_their_own(work: Work) -> None:
    for name in ("b", "j"):
        other = connect(work.site, name)
        assert list(other.client.projects.list()) == []
        assert find_project(other, "pass", "a") is None
        with pytest.raises(ServerError, match="answered 404 while reading project"):
            get_project(other, work.ids["project"])
        assert [each.email for each in other.client.users.list()] == [f"{name}@khabar.example"]


@pytest.mark.slow
def test_no_reading_address_of_the_api_gives_another_s_work(work: Work) -> None:
    """Every GET that the server's own description lists, with the ids of what is there."""
    with work.client("a") as mine, work.client("b") as theirs:
        paths = mine.get("/docs/api/schema/", params={"format": "json"}).json()["paths"]
        addresses = [address for path in paths if "get" in paths[path] for address in filled(path, work.ids)]
        assert len(addresses) > 100
        shown = {address for address in addresses if gives_away(mine.get(address))}
        assert len(shown) > 15, "the ids or the words do not work"
        assert [address for address in addresses if gives_away(theirs.get(address))] == []


def filled(path: str, ids: dict[str, int]) -> list[str]:
    """The path with ids in it, in every way that may be meant; without any, with queries that choose."""
    pieces = path.split("{")
    if len(pieces) > 3:
        return []
    found = [pieces[0]]
    for piece in pieces[1:]:
        found = [f"{head}{value}{piece.split('}')[1]}" for head in found for value in set(ids.values())]
    if len(pieces) > 1:
        return found
    queries = [
        f"?project={ids['project']}",
        f"?task={ids['task']}&project={ids['project']}&fields=all",
        f"?view={ids['view']}",
        f"?taskID={ids['task']}&ids={ids['task']}&id={ids['task']}",
    ]
    return [f"{path}{query}" for query in ["", *queries]]


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE", "POST"])
def test_no_writing_address_changes_another_s_work(work: Work, method: str) -> None:
    ids = work.ids
    task, project = ids["task"], ids["project"]
    addresses = [
        f"/api/projects/{project}/",
        f"/api/tasks/{task}/",
        f"/api/annotations/{ids['annotation']}/",
        f"/api/predictions/{ids['prediction']}/",
        f"/api/dm/views/{ids['view']}/?project={project}",
        f"/api/tasks/{task}/annotations/",
        f"/api/tasks/{task}/drafts",
        f"/api/projects/{project}/tasks/",
        f"/api/projects/{project}/import",
        f"/api/projects/{project}/import/predictions",
        f"/api/projects/{project}/exports/",
        f"/api/dm/actions/?id=delete_tasks&project={project}",
        f"/api/dm/actions/?id=delete_tasks_annotations&project={project}",
    ]
    body = {
        "title": "taken",
        "data": {"text": "x"},
        "result": [],
        "task": task,
        "selectedItems": {"all": True, "excluded": []},
    }
    with work.client("a") as mine, work.client("b") as theirs:
        before = state(mine, ids)
        for address in addresses:
            reply = theirs.request(method, address, json=body)
            assert not gives_away(reply), address
            assert state(mine, ids) == before, address


def test_nobody_is_let_in_or_shows_anything_by_naming_what_is_another_s(work: Work) -> None:
    """A user, project, task, annotation or prediction of one's own is not tied to another's."""
    ids = work.ids
    other = connect(work.site, "b")
    project = make_project(other, "pass", "b", label_config="<View><Text name='text' value='$text'/></View>")
    other.client.projects.import_tasks(id=project.id, request=[{"data": {"text": "نص"}}])
    task = next(iter(other.client.tasks.list(project=project.id))).id
    with work.client("a") as mine, work.client("b") as theirs:
        prediction = theirs.post("/api/predictions/", json={"task": task, "result": []}).json()["id"]
        annotation = theirs.post(f"/api/tasks/{task}/annotations/", json={"result": []}).json()["id"]
        home = mine.get("/api/current-user/whoami").json()["active_organization"]
        me = theirs.get("/api/current-user/whoami").json()
        before = state(mine, ids)
        tries: list[tuple[str, str, dict[str, object]]] = [
            ("PATCH", f"/api/users/{me['id']}/", {"active_organization": home}),
            ("PUT", f"/api/users/{me['id']}/", {**me, "active_organization": home}),
            ("POST", "/api/users/", {"email": "c@x.example", "active_organization": home}),
            ("PATCH", f"/api/projects/{project.id}/", {"organization": home}),
            ("POST", "/api/projects/", {"title": "theirs", "organization": home}),
            ("PATCH", f"/api/tasks/{task}/", {"project": ids["project"]}),
            ("PATCH", f"/api/predictions/{prediction}/", {"task": ids["task"]}),
            ("POST", "/api/predictions/", {"task": ids["task"], "project": ids["project"], "result": []}),
            ("PATCH", f"/api/annotations/{annotation}/", {"task": ids["task"], "project": ids["project"]}),
            ("POST", f"/api/tasks/{task}/annotations/", {"result": [], "task": ids["task"]}),
            ("POST", f"/api/tasks/{task}/annotations/", {"parent_annotation": ids["annotation"]}),
            ("POST", f"/api/tasks/{task}/drafts", {"result": [], "task": ids["task"]}),
            ("POST", "/api/dm/views/", {"project": ids["project"], "data": {}}),
            ("POST", "/api/tasks/", {"project": ids["project"], "data": {"text": "x"}}),
            ("POST", "/api/webhooks/", {"project": ids["project"], "url": "http://example.org"}),
        ]
        for method, address, body in tries:
            reply = theirs.request(method, address, json=body)
            assert not gives_away(reply), address
            assert theirs.get(f"/api/projects/{ids['project']}/").status_code == 404, (method, address)
            assert theirs.get(f"/api/tasks/{ids['task']}/").status_code in {403, 404}, (method, address)
            assert state(mine, ids) == before, (method, address, reply.text)
        assert theirs.get("/api/current-user/whoami").json()["active_organization"] != home
        assert [each["id"] for each in mine.get("/api/users/").json()] == [
            mine.get("/api/current-user/whoami").json()["id"]
        ]


def state(mine: httpx.Client, ids: dict[str, int]) -> list[object]:
    """All that can be changed of a's work."""
    project = mine.get(f"/api/projects/{ids['project']}").json()
    task = mine.get(f"/api/tasks/{ids['task']}").json()
    return [
        project["title"],
        project["task_number"],
        project["total_annotations_number"],
        task["data"],
        [(each["id"], each["result"]) for each in task["annotations"]],
        [(each["id"], each["result"]) for each in task["predictions"]],
        [each["id"] for each in mine.get(f"/api/dm/views/?project={ids['project']}").json()],
        [each["id"] for each in mine.get(f"/api/projects/{ids['project']}/exports/").json()],
    ]
