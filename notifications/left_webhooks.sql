-- A client that leaves its reseller keeps no webhook of theirs: it would go on telling them of what is
-- no longer their business. A trigger, so that no way to leave forgets it.
CREATE FUNCTION notifications_end_left_webhooks() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ended uuid[] := ARRAY(SELECT id FROM notifications_channel
                           WHERE account_id = NEW.id AND reseller_id = OLD.reseller_id);
BEGIN
    DELETE FROM notifications_attempt AS attempt USING notifications_delivery AS delivery
     WHERE delivery.id = attempt.delivery_id AND delivery.channel_id = ANY(ended);
    DELETE FROM notifications_delivery WHERE channel_id = ANY(ended);
    DELETE FROM notifications_channel WHERE id = ANY(ended);
    RETURN NULL;
END $$;
CREATE TRIGGER end_left_webhooks AFTER UPDATE ON accounts_account FOR EACH ROW
    WHEN (OLD.reseller_id IS DISTINCT FROM NEW.reseller_id AND OLD.reseller_id IS NOT NULL)
    EXECUTE FUNCTION notifications_end_left_webhooks();
