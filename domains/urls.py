from django.urls import include, path

from domains.views import connecting, domains, ownership, signing, suspension

app_name = "domains"
urlpatterns = [
    path("", domains.index, name="list"),
    path("add/", domains.add, name="add"),
    path("<uuid:domain_id>/", domains.detail, name="detail"),
    path("<uuid:domain_id>/status/", domains.status, name="status"),
    path("<uuid:domain_id>/verify/", domains.verify, name="verify"),
    path("<uuid:domain_id>/connect/", connecting.connect, name="connect"),
    path("<uuid:domain_id>/records.zone", domains.zone_file, name="zone_file"),
    path("<uuid:domain_id>/deliver-here/", domains.deliver_here, name="deliver_here"),
    path("<uuid:domain_id>/spam-filter/", domains.spam_filter, name="spam_filter"),
    path("<uuid:domain_id>/mta-sts/", domains.choose_mta_sts, name="mta_sts"),
    path("<uuid:domain_id>/catch-all/", domains.catch_all, name="catch_all"),
    path("<uuid:domain_id>/key/renew/", signing.renew, name="renew_key"),
    path("<uuid:domain_id>/key/keep/", signing.keep, name="keep_key"),
    path("<uuid:domain_id>/key/cnames/", signing.choose_cnames, name="choose_cnames"),
    path("<uuid:domain_id>/key/by-hand/", signing.leave_cnames, name="leave_cnames"),
    path("<uuid:domain_id>/suspend/", suspension.suspend, name="suspend"),
    path("<uuid:domain_id>/resume/", suspension.resume, name="resume"),
    path("<uuid:domain_id>/code/", ownership.send_code, name="send_code"),
    path("<uuid:domain_id>/code/enter/", ownership.enter_code, name="enter_code"),
    path("", include("domains.reports.urls")),
]
