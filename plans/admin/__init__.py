"""The provider's pages of what is sold and to whom."""

from plans.admin.accounts import AccountAdmin
from plans.admin.billing import SnapshotAdmin
from plans.admin.plans import PlanAdmin

__all__ = ["AccountAdmin", "PlanAdmin", "SnapshotAdmin"]
