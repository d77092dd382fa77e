-- Levels carry the address of their mailbox from now on.
UPDATE quotas_level AS level SET address = box.address
  FROM mailboxes_mailbox AS box WHERE box.id = level.subject;

-- Mailboxes whose level is up, each once, by the higher of its two levels, with what is used now. The
-- look-ups stand in sub-selects of their own (OFFSET 0) to be made row by row: the levels are few and
-- found in the order of the list, whereas a join with all usage reads a million rows to show fifty.
CREATE VIEW quotas_filling AS
SELECT raised.subject AS mailbox_id, raised.account_id, box.domain_id, raised.address, box.state,
       raised.level,
       floor(greatest(usage.bytes * 100::float8 / box.quota_bytes,
                      usage.messages * 100::float8 / nullif(box.quota_messages, 0)))::bigint AS percent
  FROM quotas_level AS raised
 CROSS JOIN LATERAL (
       SELECT domain_id, state, quota_bytes, quota_messages
         FROM mailboxes_mailbox WHERE id = raised.subject OFFSET 0) AS box
 CROSS JOIN LATERAL (
       SELECT bytes, messages FROM mail.usage WHERE username = raised.address OFFSET 0) AS usage
 WHERE raised.level > 0 AND raised.address <> '' AND box.state <> 'deleting'
   -- Of two that are equal, the one for space stands for both.
   AND raised.level + (raised.metric = 'space')::int > coalesce((
           SELECT level FROM quotas_level AS other
            WHERE other.subject = raised.subject
              AND other.metric = CASE raised.metric WHEN 'space' THEN 'messages' ELSE 'space' END), 0);

-- Points go with their mailbox. A foreign key would do the same, but look up and mark a million
-- mailboxes a day. What is noted at this very moment goes with its year.
CREATE FUNCTION quotas_forget_points() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM quotas_point WHERE mailbox_id IN (SELECT id FROM old_rows);
    RETURN NULL;
END $$;
CREATE TRIGGER forget_points AFTER DELETE ON mailboxes_mailbox
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION quotas_forget_points();
