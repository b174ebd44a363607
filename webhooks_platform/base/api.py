"""What every API view shares: the actor of the token, typed JSON fields with their schema, cursor pages."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model, QuerySet
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter
from pydantic import BaseModel
from pydantic import ValidationError as PydanticError
from rest_framework import serializers
from rest_framework.request import Request

from webhooks_platform.base.errors import InvalidInput
from webhooks_platform.base.numbers import number_in
from webhooks_platform.base.paging import Page, keyset_page

PAGE_SIZE_LIMIT = 200
_SHOWN = 60
PAGE_PARAMETERS = [
    OpenApiParameter("cursor", str, description="`next_cursor` of the page before"),
    OpenApiParameter("limit", int, description=f"rows a page, at most {PAGE_SIZE_LIMIT} (default 50)"),
]


def tags_in_sentence_case(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """drf-spectacular's hook: groups are called alike, whether their name was given or comes from the address."""
    for operations in result.get("paths", {}).values():
        for operation in operations.values():
            operation["tags"] = [tag.replace("_", " ").replace("-", " ").capitalize() for tag in operation["tags"]]
    return result


class PostedSerializer(serializers.Serializer[Any]):
    """What a request brings. A name that is no field's is refused, since whoever wrote it meant something by it."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = [str(name) for name in data if name not in self.fields] if isinstance(data, Mapping) else []
        if unknown:
            known = ", ".join(sorted(self.fields))
            raise serializers.ValidationError(
                {name[:_SHOWN]: [f"There is no field of this name here. Those there are: {known}."] for name in unknown}
            )
        return super().to_internal_value(data)


class StoredModelField(serializers.Field):  # type: ignore[type-arg]
    """A pydantic model in a serializer: validated on the way in, described in the schema."""

    def __init__(self, model: type[BaseModel], **kwargs: Any) -> None:
        self.model = model
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> BaseModel:
        try:
            return self.model.model_validate(data)
        except PydanticError as error:
            raise serializers.ValidationError(
                {".".join(map(str, found["loc"])) or "value": [found["msg"]] for found in error.errors()}
            ) from error

    def to_representation(self, value: BaseModel) -> Any:
        return value.model_dump(mode="json")


class StoredModelFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = StoredModelField

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        model: type[BaseModel] = self.target.model
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        parts = schema.pop("$defs", {})
        for name, part in {**parts, model.__name__: schema}.items():
            auto_schema.registry.register_on_missing(
                ResolvedComponent(name, "schemas", object=name, schema=part)  # type: ignore[no-untyped-call]
            )
        return {"$ref": f"#/components/schemas/{model.__name__}"}


def api_page(request: Request, rows: QuerySet[Any], *, order: tuple[str, ...]) -> Page[Model]:
    """The page that the request's ``cursor`` and ``limit`` ask for; raises InvalidInput for a bad one."""
    limit = number_in(request.query_params.get("limit", "50"))
    if limit is None or not 1 <= limit <= PAGE_SIZE_LIMIT:
        raise InvalidInput(f"limit must be a whole number from 1 to {PAGE_SIZE_LIMIT}.", field="limit")
    return keyset_page(rows, order=order, after=request.query_params.get("cursor", ""), size=limit)


def page_serializer(item: type[serializers.Serializer[Any]], name: str) -> type[serializers.Serializer[Any]]:
    """A serializer class for one page: ``items`` and ``next_cursor``."""
    fields: dict[str, Any] = {
        "items": item(many=True),
        "next_cursor": serializers.CharField(allow_blank=True, help_text="empty on the last page"),
    }
    return type(name, (serializers.Serializer,), fields)
