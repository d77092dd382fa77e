"""Whoever signs up gets this plan; the provider edits it in the admin."""

from django.db import migrations


def create_plan(apps, schema_editor):
    apps.get_model("accounts", "Plan").objects.create(
        name="Standard", domain_limit=5, mailbox_limit=25, alias_limit=100, for_new_accounts=True
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(create_plan, migrations.RunPython.noop)]
