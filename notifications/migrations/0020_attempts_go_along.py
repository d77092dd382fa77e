"""A delivery that goes takes its attempts along, also one that was written down meanwhile."""

from django.db import migrations

# Django removes the attempts that it sees and then waits for the row of the delivery, which a
# sender holds until its attempt is there; left behind, that would undo the removal.
CASCADE = """
    ALTER TABLE notifications_attempt
        DROP CONSTRAINT notifications_attemp_delivery_id_18dba30b_fk_notificat,
        ADD CONSTRAINT notifications_attemp_delivery_id_18dba30b_fk_notificat
            FOREIGN KEY (delivery_id) REFERENCES notifications_delivery (id) ON DELETE CASCADE
            DEFERRABLE INITIALLY DEFERRED
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0019_open_alerts")]
    operations = [migrations.RunSQL(CASCADE)]
