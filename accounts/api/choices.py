"""One of the words that a column may hold, spelled out where it is described."""

from typing import Any

from django.db.models import TextChoices
from pydantic_core import core_schema

SUSPENSION = "0 not at all, 10 no sending, 20 no sign-in, 30 no mail."


class OneOf:
    """For Annotated: a reference by name would confuse the states of different things."""

    def __init__(self, choices: type[TextChoices]) -> None:
        self.values = [str(value) for value in choices.values]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.literal_schema(self.values)
