-- Whoever takes a seat is told from the first moment: in the panel, and who manages also by e-mail
-- of what cannot wait. A trigger, so that no way into an account forgets it.

CREATE FUNCTION notifications_welcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO notifications_channel (account_id, membership_id, transport)
    VALUES (NEW.account_id, NEW.id, 'panel') ON CONFLICT DO NOTHING;
    IF NEW.role >= 30 THEN
        INSERT INTO notifications_channel (account_id, membership_id, transport, muted)
        VALUES (NEW.account_id, NEW.id, 'email', '{quota_80,quota_normal,dns_cured}')
            ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER welcome AFTER INSERT ON accounts_membership
    FOR EACH ROW EXECUTE FUNCTION notifications_welcome();
-- Who has chosen something for the own address before keeps that.
CREATE TRIGGER promote AFTER UPDATE ON accounts_membership
    FOR EACH ROW WHEN (OLD.role < 30 AND NEW.role >= 30) EXECUTE FUNCTION notifications_welcome();

-- Seats that were taken before.
INSERT INTO notifications_channel (account_id, membership_id, transport)
SELECT account_id, id, 'panel' FROM accounts_membership;
INSERT INTO notifications_channel (account_id, membership_id, transport, muted)
SELECT account_id, id, 'email', '{quota_80,quota_normal,dns_cured}'
  FROM accounts_membership WHERE role >= 30;
