-- Dovecot: a mailbox while mail is copied into it, and the door that the mail comes through. USERNAME is known to the
-- worker alone and ends with the run; "user" is whose mailbox it is. The source's own password is nowhere here.
CREATE VIEW mail.dovecot_move AS
SELECT 'move-' || move.run_key::text AS username, box.address AS "user", box.home, box.host,
       box.quota_rule, box.quota_storage_size, box.quota_message_count,
       move.door_port AS port, move.door_key AS key
  FROM migration_migrationmailbox AS move
  JOIN mailboxes_mailbox AS own ON own.id = move.mailbox_id
  JOIN mail.mailbox AS box ON box.address = own.address
 WHERE move.door_port IS NOT NULL;

GRANT SELECT ON mail.dovecot_move TO kuploy_dovecot;
