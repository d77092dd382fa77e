from django.urls import path

from clients.views import clients, people, suspension

app_name = "clients"
urlpatterns = [
    path("", clients.index, name="list"),
    path("add/", clients.add, name="add"),
    path("<uuid:client_id>/", clients.detail, name="detail"),
    path("<uuid:client_id>/suspend/", suspension.suspend, name="suspend"),
    path("<uuid:client_id>/resume/", suspension.resume, name="resume"),
    path("<uuid:client_id>/remove/", clients.remove, name="remove"),
    path("<uuid:client_id>/invite/", people.invite, name="invite"),
    path(
        "<uuid:client_id>/invitations/<uuid:invitation_id>/withdraw/",
        people.withdraw,
        name="withdraw_invitation",
    ),
]
