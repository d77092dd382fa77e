from django.urls import path

from plans.billing import views as billing
from plans.views import moving, plans

app_name = "plans"
urlpatterns = [
    path("", plans.index, name="list"),
    path("add/", plans.add, name="add"),
    path("<int:plan_id>/", plans.edit, name="edit"),
    path("<int:plan_id>/retire/", plans.retire, name="retire"),
    path("<int:plan_id>/offer-again/", plans.offer_again, name="offer_again"),
    path("<int:plan_id>/delete/", plans.delete, name="delete"),
    path("move/<uuid:client_id>/", moving.move, name="move"),
    path("billing/", billing.own, name="billing"),
    path("billing.csv", billing.own_sheet, name="billing_sheet"),
    path("billing/clients/", billing.clients, name="billing_of_clients"),
    path("billing/clients.csv", billing.clients_sheet, name="billing_of_clients_sheet"),
]
