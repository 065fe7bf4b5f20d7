"""The served Label Studio: accounts, blindness, the port, the end. A real server."""

from __future__ import annotations

import socket
import stat
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from khabar.errors import CallError
from khabar.labelstudio.accounts import Site, read_site, save_site, with_accounts
from khabar.labelstudio.config import labelling_config
from khabar.labelstudio.connection import Connection, ServerError, connect
from khabar.labelstudio.installation import Installation
from khabar.labelstudio.projects import find_project, make_project
from khabar.labelstudio.server import Served, check_port, serving
from khabar.schema import Schema

pytestmark = pytest.mark.labelstudio


def test_everybody_has_an_account_and_a_file_that_others_cannot_read(label_studio_served: Served) -> None:
    site = label_studio_served.site
    assert [(each.name, each.role, each.email) for each in site.accounts] == [
        ("a", "annotator", "a@khabar.example"),
        ("b", "annotator", "b@khabar.example"),
        ("j", "judge", "j@khabar.example"),
    ]
    data = label_studio_served.log.parent
    assert read_site(data) == site
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    for name in ("accounts.json", ".env", "server.log"):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o600, name


def test_one_logs_in_with_the_e_mail_and_the_password_of_the_file(label_studio: Site) -> None:
    account = label_studio.account("a")
    with httpx.Client(base_url=label_studio.url, follow_redirects=True) as browser:
        browser.get("/user/login/")
        form = {"email": account.email, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        wrong = browser.post("/user/login/", data={**form, "password": "not-this-one"})
        assert browser.get("/api/current-user/whoami").status_code == 401, wrong.url
        form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
        browser.post("/user/login/", data={**form, "password": account.password.get_secret_value()})
        assert browser.get("/api/current-user/whoami").json()["email"] == "a@khabar.example"


def test_a_project_is_made_once_and_found_by_its_mark(empty_label_studio: Site, schema: Schema) -> None:
    connection = connect(empty_label_studio, "a")
    assert find_project(connection, "pass", "a") is None
    made = make_project(connection, "pass", "a", label_config=labelling_config(schema))
    connection.client.projects.update(id=made.id, title="مشروعي")
    found = find_project(connection, "pass", "a")
    assert found is not None
    assert (found.id, found.title, found.tasks) == (made.id, "مشروعي", 0)
    assert found.label_config == labelling_config(schema).strip()
    assert find_project(connection, "adjudication", "a") is None
    assert [each.data["title"] for each in connection.client.views.list(project=made.id)] == ["Default"]
    other = make_project(connection, "pass", "a", label_config=labelling_config(schema))
    with pytest.raises(
        ServerError, match=rf"2 projects are marked .*projects/{made.id}.*projects/{other.id}"
    ):
        find_project(connection, "pass", "a")


def test_a_wrong_token_is_one_clear_error_without_the_token(label_studio: Site) -> None:
    token = "f" * 40
    with pytest.raises(ServerError) as raised:
        find_project(Connection(label_studio.url, SecretStr(token)), "pass", "a")
    lines = str(raised.value).splitlines()
    assert lines[0].startswith(f"{label_studio.url}: answered 401 while looking for the projects")
    assert lines[1].startswith("Next: the token is wrong or was revoked")
    assert token not in str(raised.value)


def test_a_personal_access_token_is_as_good(label_studio: Site) -> None:
    account = label_studio.account("b")
    with httpx.Client(base_url=label_studio.url, follow_redirects=True) as browser:
        browser.get("/user/login/")
        form = {"email": account.email, "password": account.password.get_secret_value()}
        token = browser.cookies["csrftoken"]
        browser.post("/user/login/", data={**form, "csrfmiddlewaretoken": token})
        made = browser.post("/api/token/", headers={"X-CSRFToken": browser.cookies["csrftoken"]})
    personal = SecretStr(made.json()["token"])
    assert personal.get_secret_value().count(".") == 2
    whoami = Connection(label_studio.url, personal).client.users.whoami()
    assert whoami.email == "b@khabar.example"


def test_a_taken_port_is_refused_before_anything_is_started(
    label_studio_installation: Installation, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        data = tmp_path / "data"
        with (
            pytest.raises(CallError, match=f"port {port} of 127.0.0.1 cannot be used .*--port"),
            serving(label_studio_installation, data, people=[("a", "annotator")], port=port, say=print),
        ):
            pass
        assert not data.exists()
    check_port(port)


def test_a_directory_that_is_served_is_not_served_twice(
    label_studio_served: Served, label_studio_installation: Installation
) -> None:
    from label_studio_server import free_port

    data = label_studio_served.log.parent
    with (
        pytest.raises(CallError, match="is being served already"),
        serving(label_studio_installation, data, people=[], port=free_port(), say=print),
    ):
        pass
    assert read_site(data) == label_studio_served.site


def test_accounts_that_are_there_keep_their_passwords(tmp_path: Path) -> None:
    first = with_accounts(Site("http://127.0.0.1:1"), [("a", "annotator")])
    save_site(tmp_path, first)
    second = with_accounts(read_site(tmp_path), [("a", "annotator"), ("j", "judge")])
    assert second.account("a") == first.account("a")
    assert second.names("judge") == ["j"]
    with pytest.raises(CallError, match="'a' is an annotator and cannot be a judge as well"):
        with_accounts(second, [("a", "judge")])
    with pytest.raises(CallError, match=r"'c' has no account at http://127.0.0.1:1 \(there are: a, j\)"):
        second.token("c")
