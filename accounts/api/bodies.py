"""What programs send."""

from ninja import Schema
from pydantic import ConfigDict


class Sent(Schema):
    """A body. A field that there is not is a mistake, not something to pass over."""

    model_config = ConfigDict(extra="forbid")
