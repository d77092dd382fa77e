from django.db import migrations, models
from django.db.models import F, Q
from django.utils import timezone


def sign_with_what_is_there(apps, schema_editor):
    apps.get_model("domains", "DkimKey").objects.update(signs_since=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("domains", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="dkimkey",
            name="signs_since",
            field=models.DateTimeField(null=True, editable=False),
        ),
        migrations.AddField(
            model_name="dkimkey",
            name="replaced_at",
            field=models.DateTimeField(null=True, editable=False),
        ),
        migrations.RunPython(sign_with_what_is_there, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="dkimkey",
            name="signs_since",
            field=models.DateTimeField(default=timezone.now, null=True, editable=False),
        ),
        migrations.AddConstraint(
            model_name="dkimkey",
            constraint=models.UniqueConstraint(
                condition=Q(("replaced_at", None), ("signs_since__isnull", False)),
                fields=("domain",),
                name="one_signing_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="dkimkey",
            constraint=models.UniqueConstraint(
                condition=Q(("signs_since", None)), fields=("domain",), name="one_next_key"
            ),
        ),
    ]
