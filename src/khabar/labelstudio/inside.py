"""Runs inside the server's environment, without khabar: `python -I inside.py migrate|accounts|serve PORT`.

`accounts` reads a JSON list of {"email", "password", "token", "organization"} from stdin, so that no secret
is in an argument or a variable that others of this machine may see. Every account gets an organisation of
its own: the community edition shows a user everything in theirs, and nothing of any other.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from importlib import import_module
from typing import Any


def migrate() -> None:
    """Bring the database of the data directory to this version."""
    server: Any = import_module("label_studio.server")
    server._setup_env()
    server._apply_database_migrations()


def accounts() -> None:
    """Make the accounts that stdin names, or bring them to what it says."""
    wanted = json.load(sys.stdin)
    migrate()
    from django.db import transaction

    with transaction.atomic():
        for each in wanted:
            _make_account(each)


def _make_account(wanted: dict[str, str]) -> None:
    from organizations.models import Organization
    from rest_framework.authtoken.models import Token
    from users.models import User

    user = User.objects.filter(email=wanted["email"]).first()
    if user is None:
        user = User.objects.create_user(email=wanted["email"], username=wanted["email"])
    user.set_password(wanted["password"])
    user.allow_newsletters = False  # else the first page asks for it
    organization = Organization.objects.filter(created_by=user).first()
    if organization is None:
        organization = Organization.create_organization(created_by=user, title=wanted["organization"])
    organization.jwt.legacy_api_tokens_enabled = True
    organization.jwt.save()
    user.active_organization = organization
    user.save()
    Token.objects.filter(user=user).delete()
    Token.objects.create(user=user, key=wanted["token"])


def serve() -> None:
    """The server, on 127.0.0.1, until it is stopped or whoever started it has gone."""
    server: Any = import_module("label_studio.server")
    server._setup_env()
    _keep_organizations_apart()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # it would take the next free port without a word
    server._get_free_port = lambda port, _debug: port
    port = sys.argv[2]
    sys.argv = ["label-studio", "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", port]
    server.main()


def _keep_organizations_apart() -> None:
    """Let nobody at a project of another organisation.

    The community edition expects one organisation only, so that its `Project.has_permission`, which those of
    tasks, annotations and tabs ask, lets everybody in: /api/tasks?project=ID gave all annotations to anyone.
    """
    from projects.models import Project

    given = Project.has_permission

    def has_permission(project: Any, user: Any) -> bool:
        return project.organization_id == user.active_organization_id and bool(given(project, user))

    Project.has_permission = has_permission
    _refuse_what_is_another_s()


def _refuse_what_is_another_s() -> None:
    """Let nobody name, in what they send, an object they have no right to.

    The server looks objects up by their number whosever they are: PATCH /api/users/OWN with another's
    `active_organization` let a user into it, and POST /api/predictions/ showed that user's work to another.
    """
    from rest_framework.relations import PrimaryKeyRelatedField

    given = PrimaryKeyRelatedField.to_internal_value

    def to_internal_value(self: Any, data: Any) -> Any:
        found, request = given(self, data), self.context.get("request")
        allowed = getattr(found, "has_permission", None)
        if request is not None and allowed is not None and not allowed(request.user):
            self.fail("does_not_exist", pk_value=data)
        return found

    PrimaryKeyRelatedField.to_internal_value = to_internal_value


def _end_with_parent() -> None:
    """Stdin is a pipe that nothing is written to: it ends when the parent does, even if that is killed."""
    sys.stdin.buffer.read()
    os._exit(0)


COMMANDS: dict[str, Any] = {"migrate": migrate, "accounts": accounts, "serve": serve}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]]()
