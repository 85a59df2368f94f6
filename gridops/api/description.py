"""Operations of the door, each written once: its route, and its entry in the OpenAPI 3.1 description."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from flask import Blueprint
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from gridops.api.shapes import Problem

DOOR = Blueprint("api", __name__, url_prefix="/api/v1")
JSON = "application/json"
View = TypeVar("View", bound=Callable[..., Any])
Schema = dict[str, Any]

_REASONS = {
    400: "The request cannot be read, or the CSRF token is missing or wrong",
    401: "Nobody is signed in, or the token is not known",
    403: "Who asks may not do this",
    404: "There is no such thing, or who asks may not know of it",
    405: "Not with this method",
    409: "In conflict with what is known",
    413: "Too large",
    415: "Not with this media type",
    416: "No such range of bytes",
    422: "What was handed in is wrong; `errors` names the fields",
    429: "Too many requests",
    500: "A fault of ours",
}
# Any operation may answer these.
_ALWAYS = (400, 401, 403, 405, 429, 500)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation, in the path, the query or a header."""

    name: str
    schema: Schema
    description: str = ""
    place: str = "query"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: what it means, its media type and model (None: no body), its headers by name and meaning."""

    description: str
    model: Any = None
    mime: str | Sequence[str] = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Body:
    """What is handed in: a model, or a schema of its own, by media type."""

    model: Any
    mime: Sequence[str] = (JSON,)
    description: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: `refuses` are the statuses of problems it may answer beside those of every operation."""

    method: str
    path: str
    name: str
    summary: str
    description: str
    tag: str
    parameters: tuple[Parameter, ...]
    body: Body | None
    answers: Mapping[int, Answer]
    refuses: tuple[int, ...]
    open: bool


_OPERATIONS: list[Operation] = []


def operation(
    method: str,
    path: str,
    summary: str,
    *,
    tag: str,
    answers: Mapping[int, Answer],
    parameters: Sequence[Parameter] = (),
    body: Body | None = None,
    refuses: Sequence[int] = (),
    description: str = "",
    open_to_all: bool = False,
) -> Callable[[View], View]:
    """Make a view an operation of the door and describe it. Paths are Flask's: `/records/<record_id>`."""

    def enter(view: View) -> View:
        name = f"{method.lower()}_{view.__name__.removeprefix(method.lower() + '_')}"
        _OPERATIONS.append(
            Operation(
                method,
                path,
                name,
                summary,
                description,
                tag,
                tuple(parameters),
                body,
                answers,
                tuple(refuses),
                open_to_all,
            )
        )
        DOOR.add_url_rule(path, name, view, methods=[method], provide_automatic_options=False)
        return view

    return enter


def is_open(endpoint: str) -> bool:
    """Whether an endpoint answers without knowing who asks."""
    return endpoint in {f"{DOOR.name}.{found.name}" for found in _OPERATIONS if found.open}


@cache
def document() -> dict[str, Any]:
    """The OpenAPI 3.1 description of every operation."""
    schemas, references = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for found in _OPERATIONS:
        path = re.sub(r"<(?:[^:>]+:)?(\w+)>", r"{\1}", f"/api/v1{found.path}")
        paths.setdefault(path, {})[found.method.lower()] = _entry(found, references)
    return {
        "openapi": "3.1.0",
        "info": {"title": "gridops", "version": "1", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "`gridops token create USERNAME`"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "gridops",
                    "description": "A signed-in person; unsafe methods also need `X-CSRFToken`.",
                },
            },
        },
    }


_ABOUT = """For phones and other systems. The phone names each record by a UUID; sending twice changes nothing.

Times are ISO 8601; without an offset Asia/Shanghai. Places are degrees, WGS-84 unless `crs` says otherwise.
Everything obeys the scope of who asks. Errors are `application/problem+json` (RFC 9457) with fields and reasons."""


def _models() -> list[Any]:
    found = [Problem]
    for entry in _OPERATIONS:
        found += [answer.model for answer in entry.answers.values()]
        found += [entry.body.model] if entry.body else []
    parts = [part for model in found for part in (model if isinstance(model, tuple) else (model,))]
    return [model for model in dict.fromkeys(p for p in parts if isinstance(p, type)) if issubclass(model, BaseModel)]


def _schemas() -> tuple[dict[str, Any], dict[Any, Schema]]:
    models = _models()
    # What is handed in and what is answered are read alike: no field has two shapes.
    mapped, definitions = models_json_schema(
        [(model, "validation") for model in models],
        ref_template="#/components/schemas/{model}",
        schema_generator=_Plain,
    )
    return definitions.get("$defs", {}), {model: reference for (model, _), reference in mapped.items()}


class _Plain(GenerateJsonSchema):
    """Without the titles pydantic makes up from names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _schema(model: Any, references: dict[Any, Schema]) -> Schema:
    if isinstance(model, tuple):
        return {"oneOf": [references[part] for part in model]}
    if isinstance(model, dict):
        return model
    return references[model] if model in references else TypeAdapter(model).json_schema()


def _entry(found: Operation, references: dict[Any, Schema]) -> dict[str, Any]:
    path_names = re.findall(r"<(?:[^:>]+:)?(\w+)>", found.path)
    given = {parameter.name for parameter in found.parameters}
    parameters = [*found.parameters]
    parameters += [Parameter(name, {"type": "string"}, place="path") for name in path_names if name not in given]
    entry: dict[str, Any] = {
        "operationId": found.name,
        "summary": found.summary,
        "tags": [found.tag],
        "parameters": [_parameter(parameter) for parameter in parameters],
        "responses": {str(status): _answer(answer, references) for status, answer in sorted(found.answers.items())},
    }
    if found.description:
        entry["description"] = found.description
    if found.open:
        entry["security"] = []
    if found.body:
        schema = _schema(found.body.model, references)
        content = {mime: {"schema": schema} for mime in found.body.mime}
        entry["requestBody"] = {"required": True, "description": found.body.description, "content": content}
    for status in sorted({*_ALWAYS, *found.refuses}):
        content = {"application/problem+json": {"schema": references[Problem]}}
        entry["responses"].setdefault(str(status), {"description": _REASONS[status], "content": content})
    return entry


def _parameter(found: Parameter) -> dict[str, Any]:
    return {
        "name": found.name,
        "in": found.place,
        "required": found.required or found.place == "path",
        "description": found.description,
        "schema": found.schema,
    }


def _answer(found: Answer, references: dict[Any, Schema]) -> dict[str, Any]:
    entry: dict[str, Any] = {"description": found.description}
    if found.model is not None:
        mimes = [found.mime] if isinstance(found.mime, str) else found.mime
        entry["content"] = {mime: {"schema": _schema(found.model, references)} for mime in mimes}
    if found.headers:
        entry["headers"] = {
            name: {"description": meaning, "schema": {"type": "string"}} for name, meaning in found.headers.items()
        }
    return entry
