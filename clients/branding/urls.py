from django.urls import path

from clients.branding import views

app_name = "branding"
urlpatterns = [
    path("", views.brand, name="brand"),
    path("preview/", views.preview, name="preview"),
    path("logo/", views.logo, name="logo"),
    path("logo/remove/", views.remove_logo, name="remove_logo"),
]
