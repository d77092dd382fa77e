from django.urls import path

from accounts.views import panel, team, tokens

app_name = "accounts"
urlpatterns = [
    path("", panel.overview, name="overview"),
    path("plan/", panel.plan, name="plan"),
    path("activity/", panel.activity, name="activity"),
    path("settings/", panel.settings, name="settings"),
    path("api-tokens/", tokens.index, name="tokens"),
    path("api-tokens/add/", tokens.add, name="add_token"),
    path("api-tokens/<uuid:token_id>/revoke/", tokens.revoke, name="revoke_token"),
    path("team/", team.team, name="team"),
    path("team/<int:seat_id>/", team.edit_seat, name="seat"),
    path("team/<int:seat_id>/remove/", team.remove_seat, name="remove_seat"),
    path(
        "team/invitations/<uuid:invitation_id>/withdraw/",
        team.withdraw_invitation,
        name="withdraw_invitation",
    ),
]
