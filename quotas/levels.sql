-- What has changed, what is used of what, and the one machine that judges it.

-- 1. Changes that no settlement has seen yet. The row commits with its cause, so none is lost; it is
-- only ever inserted, so no writer waits for another, and none for the settlement.

-- What Dovecot writes: by how much each mailbox moved. As the owner, for Dovecot may write usage only.
CREATE FUNCTION quotas_note_usage() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO quotas_change (subject, domain_id, bytes, messages)
    SELECT id, domain_id, coalesce(NEW.bytes, 0) - coalesce(OLD.bytes, 0),
           coalesce(NEW.messages, 0) - coalesce(OLD.messages, 0)
      FROM mailboxes_mailbox WHERE address = coalesce(NEW.username, OLD.username);
    RETURN NULL;
END $$;
CREATE TRIGGER note_in_out AFTER INSERT OR DELETE ON mail.usage
    FOR EACH ROW EXECUTE FUNCTION quotas_note_usage();
CREATE TRIGGER note_change AFTER UPDATE ON mail.usage FOR EACH ROW
    WHEN ((OLD.bytes, OLD.messages) IS DISTINCT FROM (NEW.bytes, NEW.messages))
    EXECUTE FUNCTION quotas_note_usage();

-- No mailboxes, no usage; as with the other tables of schema mail.
CREATE TRIGGER usage_none AFTER TRUNCATE ON mailboxes_mailbox EXECUTE FUNCTION mail.empty('usage');

-- A limit that moves, whoever moves it: the panel, the admin, a plan, an import.
CREATE FUNCTION quotas_note_mailbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO quotas_change (subject, bytes, messages) VALUES (NEW.id, 0, 0);
    RETURN NULL;
END $$;
CREATE TRIGGER note_limits AFTER UPDATE ON mailboxes_mailbox FOR EACH ROW
    WHEN ((OLD.quota_bytes, OLD.quota_messages, OLD.address, OLD.state)
          IS DISTINCT FROM (NEW.quota_bytes, NEW.quota_messages, NEW.address, NEW.state))
    EXECUTE FUNCTION quotas_note_mailbox();

-- What an account holds counts against its own plan and against its reseller's.
CREATE FUNCTION quotas_note_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO quotas_change (subject, bytes, messages)
    SELECT DISTINCT subject, 0, 0
      FROM unnest(ARRAY[NEW.id, NEW.reseller_id, OLD.reseller_id]) AS concerned (subject)
     WHERE subject IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER note_account AFTER UPDATE ON accounts_account FOR EACH ROW
    WHEN ((OLD.domain_count, OLD.mailbox_count, OLD.alias_count, OLD.plan_id, OLD.reseller_id, OLD.kind)
          IS DISTINCT FROM
          (NEW.domain_count, NEW.mailbox_count, NEW.alias_count, NEW.plan_id, NEW.reseller_id, NEW.kind))
    EXECUTE FUNCTION quotas_note_account();

CREATE FUNCTION quotas_note_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO quotas_change (subject, bytes, messages)
    SELECT id, 0, 0 FROM accounts_account WHERE plan_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER note_plan AFTER UPDATE ON accounts_plan FOR EACH ROW
    WHEN ((OLD.domain_limit, OLD.mailbox_limit, OLD.alias_limit)
          IS DISTINCT FROM (NEW.domain_limit, NEW.mailbox_limit, NEW.alias_limit))
    EXECUTE FUNCTION quotas_note_plan();

-- 2. Everything that can fill up: how much is used, and the most there may be (NULL: no limit).
CREATE VIEW quotas_gauge AS
SELECT box.id AS subject, gauge.metric, gauge.used, gauge.most, true AS of_mailbox,
       box.account_id, box.domain_id, box.address
  FROM mailboxes_mailbox AS box
  LEFT JOIN mail.usage ON usage.username = box.address
 CROSS JOIN LATERAL (VALUES
       ('space', coalesce(usage.bytes, 0), box.quota_bytes),
       ('messages', coalesce(usage.messages, 0), box.quota_messages::bigint)
       ) AS gauge (metric, used, most)
 WHERE box.state <> 'deleting'
UNION ALL
SELECT account.id, gauge.metric, gauge.used, gauge.most::bigint, false, account.id, NULL, NULL
  FROM accounts_account AS account
  JOIN accounts_plan AS plan ON plan.id = account.plan_id
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(domain_count), 0)::bigint AS domains,
              coalesce(sum(mailbox_count), 0)::bigint AS mailboxes,
              coalesce(sum(alias_count), 0)::bigint AS aliases
         FROM accounts_account AS client
        WHERE client.reseller_id = account.id AND account.kind = 'reseller'
       ) AS clients
 CROSS JOIN LATERAL (VALUES
       ('domains', account.domain_count + clients.domains, plan.domain_limit),
       ('mailboxes', account.mailbox_count + clients.mailboxes, plan.mailbox_limit),
       ('aliases', account.alias_count + clients.aliases, plan.alias_limit)
       ) AS gauge (metric, used, most);

-- 3. The level that follows from the one before: up at 80 and 95 % and when full, down below 75 % only,
-- so that what hovers around a step is told once. Multiplied as floating point: exact up to 90 TB, and a
-- limit beyond all disks, which somebody typed, does not stop the alerts of everybody.
CREATE FUNCTION quotas_level(used bigint, most bigint, before int, with_95 boolean) RETURNS int
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN most IS NULL OR used = 0 OR used * 100::float8 < most * 75::float8 THEN 0
        WHEN used >= most THEN 100
        WHEN with_95 AND used * 100::float8 >= most * 95::float8 THEN greatest(before, 95)
        WHEN used * 100::float8 >= most * 80::float8 THEN greatest(before, 80)
        ELSE before
    END $$;

-- The sums go with their domain.
ALTER TABLE quotas_total ADD CONSTRAINT quotas_total_of_domain
    FOREIGN KEY (domain_id) REFERENCES domains_domain ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
-- From what is stored already.
INSERT INTO quotas_change (subject, domain_id, bytes, messages)
SELECT box.id, box.domain_id, usage.bytes, usage.messages
  FROM mail.usage JOIN mailboxes_mailbox AS box ON box.address = usage.username;
