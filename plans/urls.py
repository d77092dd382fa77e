from django.urls import path

from plans.billing import views as billing

app_name = "plans"
urlpatterns = [
    path("billing/", billing.own, name="billing"),
    path("billing.csv", billing.own_sheet, name="billing_sheet"),
    path("billing/clients/", billing.clients, name="billing_of_clients"),
    path("billing/clients.csv", billing.clients_sheet, name="billing_of_clients_sheet"),
]
