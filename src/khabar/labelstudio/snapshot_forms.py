"""What is surely right in a snapshot, as forms for a compiled decoder: all else it refuses."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

_Offset = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
_Id = Annotated[str, msgspec.Meta(min_length=1)]
_One = Annotated[list[str], msgspec.Meta(min_length=1, max_length=1)]


class _Span(msgspec.Struct, gc=False):
    start: _Offset
    end: _Offset


class _Labelled(_Span, gc=False):
    labels: _One


class _Chosen(_Span, gc=False):
    choices: _One


class Labels(msgspec.Struct, tag="labels", gc=False):
    """A region's label in one of the two sets."""

    id: _Id
    from_name: Literal["entity", "trigger"]
    to_name: Literal["text"]
    value: _Labelled


class Choices(msgspec.Struct, tag="choices", gc=False):
    """A region's value of one attribute."""

    id: _Id
    from_name: str
    to_name: Literal["text"]
    value: _Chosen


class Relation(msgspec.Struct, tag="relation", gc=False):
    """A relation with its roles."""

    from_id: _Id
    to_id: _Id
    labels: Annotated[list[str], msgspec.Meta(min_length=1)]


class Finished(msgspec.Struct):
    """A submitted annotation."""

    id: int
    completed_by: Any
    was_cancelled: Literal[False]
    result: list[Labels | Choices | Relation]


class Data(msgspec.Struct, gc=False):
    """What a task says of its article."""

    article: str
    text: str
    schema: str


class Task(msgspec.Struct):
    """A task that somebody has done, without drafts."""

    id: int
    data: Data
    annotations: Annotated[list[Finished], msgspec.Meta(min_length=1)]
    drafts: Annotated[list[Any], msgspec.Meta(max_length=0)]


class Submission(msgspec.Struct):
    """Who submitted an annotation, whatever it holds."""

    completed_by: Any
    was_cancelled: bool = False


class Submitted(msgspec.Struct):
    """A task of whatever kind."""

    annotations: list[Submission]


def users_in(data: bytes) -> list[Any]:
    """Every value of `completed_by` of submitted annotations, once; none where the form is another."""
    try:
        tasks = msgspec.json.decode(data, type=list[Submitted])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return []
    given = (each.completed_by for task in tasks for each in task.annotations if not each.was_cancelled)
    return list({str(each): each for each in given}.values())


TASKS = msgspec.json.Decoder(list[msgspec.Raw])
TASK = msgspec.json.Decoder(Task)
