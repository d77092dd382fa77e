from django.urls import path

from notifications.views import bell, deliveries, settings, webhooks

app_name = "notifications"
urlpatterns = [
    path("", bell.index, name="list"),
    path("follow/", bell.follow, name="follow"),
    path("read/", bell.read, name="read"),
    path("read-all/", bell.read_all, name="read_all"),
    path("settings/", settings.settings, name="settings"),
    path("settings/addresses/", settings.add_address, name="add_address"),
    path("settings/addresses/<uuid:address_id>/ask/", settings.ask_again, name="ask_again"),
    path(
        "settings/addresses/<uuid:address_id>/remove/",
        settings.remove_address,
        name="remove_address",
    ),
    path("webhooks/", webhooks.index, name="webhooks"),
    path("webhooks/add/", webhooks.add, name="add_webhook"),
    path("webhooks/<uuid:webhook_id>/", webhooks.detail, name="webhook"),
    path("webhooks/<uuid:webhook_id>/secret/", webhooks.rotate, name="rotate_secret"),
    path("webhooks/<uuid:webhook_id>/test/", webhooks.test, name="test_webhook"),
    path("webhooks/<uuid:webhook_id>/resume/", webhooks.resume, name="resume_webhook"),
    path("webhooks/<uuid:webhook_id>/remove/", webhooks.remove, name="remove_webhook"),
    path("deliveries/", deliveries.index, name="deliveries"),
    path("deliveries/<uuid:delivery_code>/", deliveries.detail, name="delivery"),
    path("deliveries/<uuid:delivery_code>/live/", deliveries.live, name="delivery_live"),
    path("deliveries/<uuid:delivery_code>/again/", deliveries.again, name="send_again"),
]
