from django.urls import path

from clients.branding import views

app_name = "branding"
urlpatterns = [
    path("", views.brand, name="brand"),
    path("preview/", views.preview, name="preview"),
    path("logo/", views.logo, name="logo"),
    path("logo/remove/", views.remove_logo, name="remove_logo"),
    path("host/", views.host, name="host"),
    path("host/status/", views.host_status, name="host_status"),
    path("host/verify/", views.verify_host, name="verify_host"),
    path("host/give-up/", views.give_up_host, name="give_up_host"),
]
