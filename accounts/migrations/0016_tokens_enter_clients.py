from django.db import migrations

# A choice of each token from now on. Those that there are keep what they could: a reseller's worked
# in the accounts of its clients, unless it was confined to domains.
KEEP = """
    UPDATE accounts_token AS token SET scopes = array_append(scopes, 'clients:enter')
      FROM accounts_account AS account
     WHERE account.id = token.account_id AND account.kind = 'reseller' AND token.domain_ids = '{}'
"""
DROP = "UPDATE accounts_token SET scopes = array_remove(scopes, 'clients:enter')"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_recipients_per_message"),
    ]

    operations = [
        migrations.RunSQL(KEEP, DROP),
    ]
