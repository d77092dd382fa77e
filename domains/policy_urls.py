"""Under mta-sts.DOMAIN is nothing else."""

from django.urls import path

from domains.mta_sts import PATH
from domains.views import policy

urlpatterns = [path(PATH, policy.show, name="mta_sts_policy")]
