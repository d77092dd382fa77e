from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("domains", "0008_record_memory")]

    operations = [
        migrations.AlterField(
            model_name="recordcheck",
            name="kind",
            field=models.CharField(
                choices=[
                    ("mx", "MX"),
                    ("spf", "SPF"),
                    ("dkim", "DKIM"),
                    ("dkim_next", "DKIM_NEXT"),
                    ("dmarc", "DMARC"),
                    ("proof_a", "PROOF_A"),
                    ("proof_txt", "PROOF_TXT"),
                    ("autoconfig", "AUTOCONFIG"),
                    ("autodiscover", "AUTODISCOVER"),
                    ("srv_imaps", "SRV_IMAPS"),
                    ("srv_submission", "SRV_SUBMISSION"),
                    ("srv_unoffered", "SRV_UNOFFERED"),
                    ("caa", "CAA"),
                ],
                max_length=20,
            ),
        ),
    ]
