"""Domains that were suspended before there were steps: nothing was sent, read or taken.

By itself, once the mail servers are told of steps: not for a moment is one served again.
"""

from django.db import migrations

DOMAINS = """
    UPDATE domains_domain
       SET status = CASE WHEN proved_at IS NULL THEN 'pending' ELSE 'active' END, provider_step = 30
     WHERE status = 'suspended'
"""


class Migration(migrations.Migration):
    dependencies = [("mailboxes", "0009_junk")]
    operations = [migrations.RunSQL(DOMAINS)]
