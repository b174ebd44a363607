"""JSON columns that hold one typed, versioned pydantic model, decoded once at the boundary."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from pydantic import BaseModel, ConfigDict
from pydantic import ValidationError as PydanticError


class StoredModel(BaseModel):
    """Base of everything stored as JSON: frozen, and refusing what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = 1


class TypedJSONField(models.JSONField):
    """A JSONField whose Python value is always an instance of ``model`` (or None where null is allowed)."""

    def __init__(self, *args: Any, model: type[StoredModel], **kwargs: Any) -> None:
        self.model_type = model
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Migrations see a plain JSONField: they must never import application code."""
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("default", None)
        return name, "django.db.models.JSONField", args, kwargs

    def clone(self) -> "TypedJSONField":
        _name, _path, args, kwargs = self.deconstruct()
        return type(self)(*args, model=self.model_type, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        raw = super().from_db_value(value, expression, connection)
        return None if raw is None else self.model_type.model_validate(raw)

    def to_python(self, value: Any) -> Any:
        if value is None or isinstance(value, self.model_type):
            return value
        try:
            return self.model_type.model_validate(value)
        except PydanticError as error:
            raise ValidationError(str(error)) from error

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, BaseModel):
            value = value.model_dump(mode="json")
        return super().get_db_prep_value(value, connection, prepared)

    def value_to_string(self, obj: models.Model) -> Any:
        value = self.value_from_object(obj)
        return value.model_dump(mode="json") if isinstance(value, BaseModel) else value
