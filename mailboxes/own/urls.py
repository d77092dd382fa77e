from django.urls import path

from mailboxes.own import links, views

app_name = "own"
urlpatterns = [
    path("", views.page, name="page"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("forgot/", links.forgot, name="forgot"),
    path("reset/<str:token>/", links.reset, name="reset"),
    path("invitation/<str:token>/", links.accept, name="invitation"),
    path("recovery/<str:token>/", links.confirm, name="confirm"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("mail.mobileconfig", views.apple_profile, name="apple_profile"),
    path("rules/", views.rules, name="rules"),
    path("forwarding/", views.forwarding, name="forwarding"),
    path("auto-reply/", views.auto_reply, name="auto_reply"),
    path("sign-ins/", views.sign_ins, name="sign_ins"),
    path("settings/", views.settings, name="settings"),
    path("password/", views.password, name="password"),
    path("password-strength/", views.strength, name="strength"),
    path("recovery/", views.recovery_address, name="recovery"),
    path("language/", views.language, name="language"),
]
