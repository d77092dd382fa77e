"""Where mail programs look. Under autoconfig.DOMAIN and autodiscover.DOMAIN is nothing else."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from mailboxes.clientsettings import views


class OutlooksWay(StringConverter):
    """Outlook writes it in capitals as it likes."""

    regex = "(?i:autodiscover/autodiscover)"


register_converter(OutlooksWay, "outlook")
urlpatterns = [
    path("mail/config-v1.1.xml", views.autoconfig, name="autoconfig"),
    path(".well-known/autoconfig/mail/config-v1.1.xml", views.autoconfig),
    path("<outlook:way>.xml", views.autodiscover, name="autodiscover"),
    path("<outlook:way>.json", views.autodiscover_json, name="autodiscover_json"),
    path("<outlook:way>.json/v1.0/<str:email>", views.autodiscover_json),
]
