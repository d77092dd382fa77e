"""The reference of the API for people, made of the same description that programs read."""

from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.api.problems import Kind
from accounts.models import Area
from kuploy.api import api

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of what is sent or answered."""

    name: str
    type: str
    required: bool
    description: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    name: str
    summary: str
    description: str
    scope: str
    area: str
    parameters: list[Field]
    body: list[Field]
    status: int
    answer: list[Field]
    is_list: bool

    @property
    def status_words(self) -> str:
        return f"{self.status} {HTTPStatus(self.status).phrase}"


def page(request: HttpRequest) -> HttpResponse:
    context = {"areas": areas(), "problems": list(Kind)}
    return render(request, "api/reference.html", context)


@cache
def areas() -> list[tuple[str, str, list[Operation]]]:
    """The calls of each area, with its name and its label."""
    labels = {**{area.value: area.label for area in Area}, "jobs": "Jobs"}
    found = sorted(_operations(), key=lambda each: list(labels).index(each.area))
    grouped = groupby(found, key=lambda each: each.area)
    return [(name, str(labels[name]), list(calls)) for name, calls in grouped]


def _operations() -> list[Operation]:
    description = api.get_openapi_schema()
    schemas = description["components"]["schemas"]
    return [
        _operation(method, path, call, schemas)
        for path, calls in description["paths"].items()
        for method, call in calls.items()
    ]


def _operation(method: str, path: str, call: Schema, schemas: Schema) -> Operation:
    status = next(code for code in call["responses"] if int(code) < 400)
    answer = _schema_of(call["responses"][status])
    return Operation(
        method=method.upper(), path=path.removeprefix("/api/v1"), name=call["operationId"],
        summary=call["summary"], description=call.get("description", ""), scope=call["x-scope"],
        area=call["tags"][0], parameters=[_parameter(each) for each in call["parameters"]],
        body=_fields(_schema_of(call.get("requestBody", {})), schemas), status=int(status),
        answer=_fields(answer.get("items", answer), schemas), is_list="items" in answer,
    )  # fmt: skip


def _schema_of(part: Schema) -> Schema:
    content = part.get("content", {})
    media: Schema = next(iter(content.values()), {})
    return dict(media.get("schema", {}))


def _parameter(each: Schema) -> Field:
    required = each.get("required", False)
    words = each.get("description", "")
    return Field(each["name"], _type(each["schema"], {}), required, words, each["in"])


def _fields(schema: Schema, schemas: Schema) -> list[Field]:
    schema = _resolved(schema, schemas)
    required = schema.get("required", [])
    return [
        Field(name, _type(each, schemas), name in required, each.get("description", ""))
        for name, each in schema.get("properties", {}).items()
    ]


def _resolved(schema: Schema, schemas: Schema) -> Schema:
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    return schema


def _type(schema: Schema, schemas: Schema) -> str:
    """In few words: "string", "uuid or null", "list of string", or what may be chosen."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(each, schemas) for each in schema["anyOf"]))
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        target = schemas.get(name, {})
        return _type(target, schemas) if "enum" in target else str(target.get("title", name))
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if "items" in schema:
        return f"list of {_type(schema['items'], schemas)}"
    return str(schema.get("format") or schema.get("type", "any"))
