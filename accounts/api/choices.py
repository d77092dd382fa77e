"""One of the words that a column may hold, spelled out where it is described."""

from typing import Any

from django.db.models import TextChoices
from pydantic_core import core_schema


class OneOf:
    """For Annotated: a reference by name would confuse the states of different things."""

    def __init__(self, choices: type[TextChoices]) -> None:
        self.values = [str(value) for value in choices.values]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.literal_schema(self.values)
