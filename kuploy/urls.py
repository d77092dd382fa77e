from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from accounts.views import brand, invitations
from kuploy import reference, views
from kuploy.api import api
from mailboxes.clientsettings import views as clientsettings
from notifications.views import confirm

handler500 = "kuploy.views.server_error"

public: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("healthz/host", views.known_host, name="known_host"),
    path("brand/<str:name>.css", brand.style, name="brand_style"),
    path("brand/<str:digest>.png", brand.logo, name="brand_logo"),
    path("api/v1/", reference.page, name="reference"),
    path("api/v1/", api.urls),
    path("auth/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("invitations/<str:token>/", invitations.accept, name="accept_invitation"),
    path("mailbox/", include("mailboxes.own.urls")),
    path("mailbox/setup/", clientsettings.setup, name="setup"),
    path("mailbox/setup/apple.mobileconfig", clientsettings.setup_profile, name="setup_profile"),
    path("", include("mailboxes.clientsettings.urls")),
    path("addresses/<str:token>/", confirm.confirm, name="confirm_address"),
    path("addresses/<str:token>/stop/", confirm.stop, name="stop_address"),
]

urlpatterns = [
    *public,
    path("<slug:account>/", include("accounts.urls")),
    path("<slug:account>/notifications/", include("notifications.urls")),
    path("<slug:account>/domains/", include("domains.urls")),
    path("<slug:account>/", include("mailboxes.urls")),
    path("<slug:account>/migration/", include("mailboxes.migration.urls")),
    path("<slug:account>/imports/", include("mailboxes.imports.urls")),
    path("<slug:account>/plans/", include("plans.urls")),
    path("<slug:account>/clients/", include("clients.urls")),
    path("<slug:account>/brand/", include("clients.branding.urls")),
]
