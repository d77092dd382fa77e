from django.db import migrations, models

KINDS = (
    "mx", "spf", "dkim", "dkim_next", "dkim_spare", "dmarc", "proof_a", "proof_txt", "autoconfig",
    "autodiscover", "srv_imaps", "srv_submission", "srv_unoffered", "caa", "mta_sts",
    "mta_sts_host", "tls_rpt",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("domains", "0011_dns_providers")]

    operations = [
        migrations.AddField(
            model_name="domain",
            name="mta_sts",
            field=models.CharField(
                choices=[
                    ("off", "Off: they deliver all the same"),
                    ("testing", "Testing: they deliver and report"),
                    ("enforce", "Enforce: they do not deliver"),
                ],
                db_default="off",
                default="off",
                max_length=10,
                verbose_name="MTA-STS",
            ),
        ),
        migrations.AlterField(
            model_name="recordcheck",
            name="kind",
            field=models.CharField(choices=[(kind, kind.upper()) for kind in KINDS], max_length=20),
        ),
    ]
