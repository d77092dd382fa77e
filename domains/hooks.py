"""What apps above do when a domain changes: filled at their start, run inside the transaction."""

from collections.abc import Callable

from domains.models import Domain

Hook = Callable[[Domain], None]
activated: list[Hook] = []
# Nobody signs in any more.
closed: list[Hook] = []
