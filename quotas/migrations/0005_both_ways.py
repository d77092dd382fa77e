"""The list of those that fill up is read from its end as fast as from its start."""

from django.db import migrations, models

# DISTINCT can only be read forwards. Of two levels that are up, the one for space stands for both;
# asked for by a sub-select that PostgreSQL cannot turn into a pass over all levels.
FILLING = """
    CREATE OR REPLACE VIEW quotas_filling AS
    SELECT raised.subject AS mailbox_id, raised.account_id, box.domain_id, raised.address, box.state,
           greatest(usage.bytes * 100 / box.quota_bytes,
                    usage.messages * 100 / nullif(box.quota_messages, 0)) AS percent
      FROM quotas_level AS raised
     CROSS JOIN LATERAL (
           SELECT domain_id, state, quota_bytes, quota_messages
             FROM mailboxes_mailbox WHERE id = raised.subject OFFSET 0) AS box
     CROSS JOIN LATERAL (
           SELECT bytes, messages FROM mail.usage WHERE username = raised.address OFFSET 0) AS usage
     WHERE raised.level > 0 AND raised.address <> '' AND box.state <> 'deleting'
       AND (raised.metric = 'space' OR 0 = coalesce((
               SELECT level FROM quotas_level AS space
                WHERE space.subject = raised.subject AND space.metric = 'space'), 0))
"""


class Migration(migrations.Migration):
    dependencies = [
        ("quotas", "0004_points"),
    ]

    operations = [
        migrations.RunSQL(FILLING),
        migrations.RemoveIndex(model_name="level", name="levels_raised"),
        migrations.AddIndex(
            model_name="level",
            index=models.Index(
                condition=models.Q(("level__gt", 0)),
                fields=["account_id", "address", "subject", "metric"],
                name="levels_raised",
            ),
        ),
    ]
