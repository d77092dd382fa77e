-- Who signed in to which mailbox, how and from where: beside the usage, the one thing that Dovecot
-- makes known. It may call mail.note_sign_in() and neither reads nor writes the table.

-- One row for each way and address, however often it is used: a mail program signs in all day.
CREATE TABLE mail.sign_in (
    mailbox_id uuid NOT NULL,
    way        text NOT NULL,   -- imap, smtp, or page: the mailbox's own in the panel
    ip         inet NOT NULL,
    first_at   timestamptz NOT NULL DEFAULT now(),
    last_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (mailbox_id, way, ip)
) WITH (fillfactor = 70);   -- room for the new times beside the old: no index changes with them

-- Called once the password was found right. Cheap: what was noted within the last minute is left as
-- it is, nobody waits for the disk, and a mailbox keeps its newest fifty rows.
CREATE FUNCTION mail.note_sign_in(username text, protocol text, remote_ip text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    box uuid;
    new boolean;
BEGIN
    SELECT split_part(home, '/', 2)::uuid INTO box FROM mail.mailbox
     WHERE address = username AND signs_in;
    IF box IS NULL OR protocol NOT IN ('imap', 'smtp', 'page') OR remote_ip = '' THEN
        RETURN false;
    END IF;
    PERFORM set_config('synchronous_commit', 'off', true);
    INSERT INTO mail.sign_in AS noted (mailbox_id, way, ip) VALUES (box, protocol, remote_ip::inet)
        ON CONFLICT (mailbox_id, way, ip) DO UPDATE SET last_at = now()
        WHERE noted.last_at NOT BETWEEN now() - interval '1 minute' AND now()
        RETURNING first_at = last_at INTO new;
    IF new THEN
        DELETE FROM mail.sign_in WHERE mailbox_id = box AND (way, ip) IN (
            SELECT way, ip FROM mail.sign_in WHERE mailbox_id = box
             ORDER BY last_at DESC, way, ip OFFSET 50);
    END IF;
    RETURN true;
END $$;

-- They go with the mailbox. No foreign key: a sign-in would lock the mailbox's row.
CREATE FUNCTION mail.forget_sign_ins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM mail.sign_in USING old_rows WHERE mailbox_id = old_rows.id;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_sign_ins AFTER DELETE ON mailboxes_mailbox
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION mail.forget_sign_ins();
CREATE TRIGGER forget_all_sign_ins AFTER TRUNCATE ON mailboxes_mailbox
    EXECUTE FUNCTION mail.empty('sign_in');

REVOKE EXECUTE ON FUNCTION mail.note_sign_in FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mail.note_sign_in TO kuploy_dovecot;
