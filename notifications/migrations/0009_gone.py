"""What was told to a channel in the moment of its end goes with it."""

from django.db import migrations

# Whoever removes a channel removes its rows before it, and waits for a settlement that tells it
# something. What that has added is seen only now; left there, it would undo the removal.
GONE = """
    CREATE FUNCTION notifications_go_with_channel() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM notifications_notice WHERE channel_id = OLD.id;
        DELETE FROM notifications_attempt WHERE delivery_id IN (
            SELECT id FROM notifications_delivery WHERE channel_id = OLD.id);
        DELETE FROM notifications_delivery WHERE channel_id = OLD.id;
        RETURN NULL;
    END $$;
    CREATE TRIGGER go_with_channel AFTER DELETE ON notifications_channel
        FOR EACH ROW EXECUTE FUNCTION notifications_go_with_channel();
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0008_taken_back")]
    operations = [migrations.RunSQL(GONE)]
