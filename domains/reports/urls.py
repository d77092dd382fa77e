from django.urls import path

from domains.reports import views

app_name = "reports"
urlpatterns = [
    path("<uuid:domain_id>/reports/", views.overview, name="overview"),
    path("<uuid:domain_id>/reports/sender/", views.sender, name="sender"),
]
