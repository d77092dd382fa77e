from django.urls import path

from mailboxes.migration import views

app_name = "migration"
urlpatterns = [
    path("", views.index, name="list"),
    path("add/", views.add, name="add"),
    path("<uuid:migration_code>/", views.detail, name="detail"),
    path("<uuid:migration_code>/copy/", views.copy, name="copy"),
    path("<uuid:migration_code>/final/", views.final, name="final"),
    path("<uuid:migration_code>/test/", views.test, name="test"),
    path("<uuid:migration_code>/pause/", views.pause, name="pause"),
    path("<uuid:migration_code>/resume/", views.resume, name="resume"),
    path("<uuid:migration_code>/remove/", views.remove, name="remove"),
    path("mailboxes/<uuid:move_code>/", views.mailbox, name="mailbox"),
    path("mailboxes/<uuid:move_code>/pause/", views.pause_mailbox, name="pause_mailbox"),
    path("mailboxes/<uuid:move_code>/resume/", views.resume_mailbox, name="resume_mailbox"),
]
