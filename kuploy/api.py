"""The API: the calls of all apps under one address, and their description in OpenAPI."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI

from accounts.api import failures, own, problems, team
from accounts.api.bodies import Bodies
from clients import api as clients
from domains import api as domains
from domains import recommended_api as recommended
from domains import signing_api as signing
from domains.reports import api as reports
from mailboxes.api import aliases, limits, mailboxes
from mailboxes.imports import api as imports
from mailboxes.migration import api as migration
from notifications import api as notifications
from plans import api as plans
from plans.billing import api as billing

PARTS = [
    domains.routes, recommended.routes, signing.routes, domains.usage_routes, reports.routes,
    limits.routes,
    mailboxes.routes, mailboxes.usage_routes, aliases.routes,
    imports.routes, migration.routes, notifications.routes, plans.routes, clients.routes,
    own.usage_routes, own.audit_routes, own.job_routes, team.routes,
    billing.routes, billing.reseller_routes,
]  # fmt: skip


class Api(NinjaAPI):
    def get_openapi_schema(self, **options: Any) -> Any:
        """Errors have a media type of their own, which the library does not know."""
        schema = super().get_openapi_schema(**options)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    if status >= 400:
                        response["content"] = {
                            problems.CONTENT_TYPE: response["content"].pop("application/json")
                        }
        return schema


api = Api(
    title=f"{settings.BRAND} API",
    version="1",
    description=str(_("Domains, mailboxes and all the rest of an account, for programs.")),
    docs_url=None,
    parser=Bodies(),
    urls_namespace="api",
)
failures.install(api)
for part in PARTS:
    api.add_router("", part.router)
