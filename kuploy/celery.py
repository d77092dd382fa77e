"""The Celery app and the whole beat schedule, as code."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuploy.settings")

app = Celery("kuploy")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Look-ups and calls to receivers may take seconds each and belong to strangers, and an import takes
# all the cores that it gets: nothing else waits behind them.
app.conf.task_routes = {
    "domains.tasks.*": {"queue": "checks"},
    "domains.reports.tasks.check_address": {"queue": "checks"},
    "clients.tasks.check_host": {"queue": "checks"},
    "clients.tasks.sweep_hosts": {"queue": "checks"},
    "notifications.tasks.send": {"queue": "deliveries"},
    "accounts.tasks.send_invitations": {"queue": "deliveries"},
    "mailboxes.tasks.send_letters": {"queue": "deliveries"},
    "mailboxes.imports.tasks.work": {"queue": "imports"},
}
app.conf.beat_scheduler = "kuploy.beat:Scheduler"
# Every entry finds what a lost message left behind: the row is the truth. A nudge that waited
# longer than its own interval is dropped, so that none pile up while no worker runs; but not within
# seconds, by which the clocks of two hosts may differ.
app.conf.beat_schedule = {
    name: {"task": task, "schedule": seconds, "options": {"expires": max(seconds, 15)}}
    for name, task, seconds in (
        ("check domains that are due", "domains.tasks.sweep_checks", 10.0),
        ("look at host names of resellers", "clients.tasks.sweep_hosts", 60.0),
        ("forget logos that nobody shows", "clients.tasks.forget_logos", 3600.0),
        ("announce what was crossed", "quotas.tasks.settle", 1.0),
        ("judge every mailbox and plan", "quotas.tasks.settle_all", 600.0),
        ("sum up every domain", "quotas.tasks.sum_up", 3600.0),
        ("note what mailboxes hold", "quotas.tasks.note_history", 3600.0),
        ("send what is due", "notifications.tasks.sweep", 3.0),
        ("forget old notices", "notifications.tasks.forget_old", 3600.0),
        ("forget old sign-ins", "mailboxes.tasks.forget_old_sign_ins", 3600.0),
        ("write to users of mailboxes", "mailboxes.tasks.send_letters", 10.0),
        ("do what mail hosts are owed", "mailboxes.tasks.sweep_host_jobs", 10.0),
        ("go on with migrations", "mailboxes.migration.tasks.sweep", 10.0),
        ("erase passwords of sources", "mailboxes.migration.tasks.erase_old_passwords", 3600.0),
        ("go on with imports", "mailboxes.imports.tasks.sweep", 10.0),
        ("go on with accounts that are being removed", "plans.tasks.finish_removals", 10.0),
        ("tell who has reached the sending limit", "mailboxes.tasks.tell_of_sending", 30.0),
        ("forget who sent how much", "mailboxes.tasks.forget_sending", 3600.0),
        ("note what is invoiced today", "plans.tasks.take_snapshot", 60.0),
        ("bring blocked mailboxes back", "plans.tasks.bring_back", 10.0),
        ("renew signing keys", "domains.tasks.renew_keys", 3600.0),
        ("tell the zone of signing keys", "domains.tasks.tell_key_zone", 10.0),
        ("read DMARC reports", "domains.reports.tasks.read", 60.0),
        ("look whether our address takes reports", "domains.reports.tasks.check_address", 600.0),
        ("forget old DMARC reports", "domains.reports.tasks.forget_old", 3600.0),
        ("forget codes that are too old", "domains.tasks.forget_codes", 3600.0),
        ("ask people into accounts", "accounts.tasks.send_invitations", 10.0),
        ("forget answers of the API", "accounts.tasks.forget_answers", 3600.0),
    )
}
