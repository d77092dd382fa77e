from django.urls import path

from mailboxes.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.add, name="add"),
    path("sample/", views.sample, name="sample"),
    path("export/", views.download, name="export"),
    path("export/hashes/", views.download_hashes, name="export_hashes"),
    path("<uuid:import_id>/", views.detail, name="detail"),
    path("<uuid:import_id>/status/", views.status, name="status"),
    path("<uuid:import_id>/apply/", views.apply, name="apply"),
    path("<uuid:import_id>/discard/", views.discard, name="discard"),
    path("<uuid:import_id>/faulty.csv", views.faulty, name="faulty"),
]
