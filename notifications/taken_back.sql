-- What was told to a seat, or is on its way, goes when the seat could not be told it any more.
-- Triggers, so that no way to change a seat forgets it.

CREATE FUNCTION notifications_take_back(channels uuid[], alerts bigint[]) RETURNS void
    LANGUAGE sql AS $$
    DELETE FROM notifications_notice AS notice USING unnest(channels, alerts) AS gone (channel, alert)
     WHERE notice.channel_id = gone.channel AND notice.alert_id = gone.alert;
    DELETE FROM notifications_attempt AS attempt
     USING unnest(channels, alerts) AS gone (channel, alert), notifications_delivery AS delivery
     WHERE delivery.channel_id = gone.channel AND delivery.alert_id = gone.alert
       AND attempt.delivery_id = delivery.id;
    DELETE FROM notifications_delivery AS delivery
     USING unnest(channels, alerts) AS gone (channel, alert)
     WHERE delivery.channel_id = gone.channel AND delivery.alert_id = gone.alert;
$$;

-- A smaller role, or other domains. The rule is that of fanout.py.
CREATE FUNCTION notifications_narrow_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM notifications_take_back(array_agg(told.channel_id), array_agg(told.alert_id))
       FROM (SELECT channel_id, alert_id FROM notifications_notice
              UNION ALL SELECT channel_id, alert_id FROM notifications_delivery) AS told
       JOIN notifications_channel AS channel
         ON channel.id = told.channel_id AND channel.membership_id = NEW.id
       JOIN notifications_alert AS alert ON alert.id = told.alert_id
      WHERE (alert.account_id = NEW.account_id AND alert.kind <> 'channel_stopped'
             AND (NEW.role < 20 OR alert.domain_id = ANY(NEW.domain_ids))) IS NOT TRUE;
    RETURN NULL;
END $$;
CREATE TRIGGER narrow_seat AFTER UPDATE ON accounts_membership FOR EACH ROW
    WHEN (NEW.role < 30 AND (OLD.role, OLD.domain_ids) IS DISTINCT FROM (NEW.role, NEW.domain_ids))
    EXECUTE FUNCTION notifications_narrow_seat();

-- An account that leaves its reseller.
CREATE FUNCTION notifications_leave_reseller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM notifications_take_back(array_agg(told.channel_id), array_agg(told.alert_id))
       FROM (SELECT channel_id, alert_id FROM notifications_notice
              UNION ALL SELECT channel_id, alert_id FROM notifications_delivery) AS told
       JOIN notifications_channel AS channel
         ON channel.id = told.channel_id AND channel.account_id = OLD.reseller_id
       JOIN notifications_alert AS alert
         ON alert.id = told.alert_id AND alert.account_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER leave_reseller AFTER UPDATE ON accounts_account FOR EACH ROW
    WHEN (OLD.reseller_id IS DISTINCT FROM NEW.reseller_id AND OLD.reseller_id IS NOT NULL)
    EXECUTE FUNCTION notifications_leave_reseller();
