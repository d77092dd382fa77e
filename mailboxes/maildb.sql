-- The whole contract with Postfix and Dovecot: schema "mail".
-- Each view reads one table by a unique key wherever the question allows it: what decides
-- "served or not" stands on the row (mailboxes/derived.sql keeps it so).

CREATE SCHEMA mail;
REVOKE ALL ON SCHEMA mail FROM PUBLIC;

-- The one thing a mail server writes: Dovecot's quota_clone replaces the figures, never adds.
CREATE TABLE mail.usage (
    username   text COLLATE "C" PRIMARY KEY,
    bytes      bigint NOT NULL DEFAULT 0,
    messages   bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION mail.touch_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END $$;
CREATE TRIGGER touch BEFORE UPDATE ON mail.usage
    FOR EACH ROW EXECUTE FUNCTION mail.touch_usage();

-- Dovecot: passdb. Only who may sign in.
CREATE VIEW mail.dovecot_login AS
SELECT address AS username, password_hash AS password,
       substr(id::text, 1, 2) || '/' || id AS home, host,
       '*:bytes=' || quota_bytes || ':messages=' || quota_messages AS quota_rule,
       quota_bytes || 'B' AS quota_storage_size, quota_messages AS quota_message_count
  FROM mailboxes_mailbox
 WHERE state = 'active' AND domain_served;

-- Dovecot: userdb. Every mailbox, or a disabled one could not be looked into nor a deleted one purged.
CREATE VIEW mail.dovecot_user AS
SELECT address AS username, substr(id::text, 1, 2) || '/' || id AS home, host,
       '*:bytes=' || quota_bytes || ':messages=' || quota_messages AS quota_rule,
       quota_bytes || 'B' AS quota_storage_size, quota_messages AS quota_message_count
  FROM mailboxes_mailbox;

-- Dovecot: Sieve. A row for every mailbox (2.4 answers 451 to a missing one); the compiled
-- script is cached under the id, so the id changes with the body.
CREATE VIEW mail.dovecot_sieve AS
SELECT address AS username, 'managed'::text AS name, md5(sieve_script) AS id,
       CASE sieve_script WHEN '' THEN E'# none\n' ELSE sieve_script END AS body
  FROM mailboxes_mailbox;

-- Postfix: what is delivered here.
CREATE VIEW mail.postfix_domain AS
SELECT name FROM domains_domain WHERE local;

CREATE VIEW mail.postfix_mailbox AS
SELECT address FROM mailboxes_mailbox WHERE state = 'active' AND domain_local;

CREATE VIEW mail.postfix_alias AS
SELECT address, array_to_string(targets, ',') AS goto FROM mailboxes_alias WHERE domain_local;

-- The same local part in the domain that an alias domain mirrors.
CREATE VIEW mail.postfix_alias_domain AS
SELECT mirror.name AS domain, box.local_part, box.address AS goto
  FROM domains_domain AS mirror
  JOIN mailboxes_mailbox AS box ON box.domain_id = mirror.alias_of_id
 WHERE mirror.local AND box.state = 'active' AND box.domain_served
UNION ALL
SELECT mirror.name, alias.local_part, array_to_string(alias.targets, ',')
  FROM domains_domain AS mirror
  JOIN mailboxes_alias AS alias ON alias.domain_id = mirror.alias_of_id
 WHERE mirror.local AND alias.domain_served;

-- Asked with "@domain", after every exact address.
CREATE VIEW mail.postfix_catchall AS
SELECT name AS domain, catch_all AS goto
  FROM domains_domain WHERE local AND catch_all <> ''
UNION ALL
SELECT mirror.name, target.catch_all
  FROM domains_domain AS mirror
  JOIN domains_domain AS target ON target.id = mirror.alias_of_id
 WHERE mirror.local AND target.served AND target.catch_all <> '';

-- Which sign-in may use which sender: one's own address, an alias one receives, the mirrored name.
CREATE VIEW mail.postfix_sender AS
SELECT address, address AS login FROM mailboxes_mailbox WHERE state = 'active' AND domain_served;

CREATE VIEW mail.postfix_sender_alias AS
SELECT address, array_to_string(targets, ',') AS login FROM mailboxes_alias WHERE domain_served;

CREATE VIEW mail.postfix_sender_alias_domain AS
SELECT mirror.name AS domain, box.local_part, box.address AS login
  FROM domains_domain AS mirror
  JOIN mailboxes_mailbox AS box ON box.domain_id = mirror.alias_of_id
 WHERE mirror.served AND box.state = 'active' AND box.domain_served;

-- Refused at RCPT, so that no bounce has to be written; an alias counts when it has one target.
CREATE VIEW mail.postfix_full AS
SELECT box.address, '452 4.2.2 Mailbox is full'::text AS action
  FROM mailboxes_mailbox AS box JOIN mail.usage AS used ON used.username = box.address
 WHERE used.bytes >= box.quota_bytes OR used.messages >= box.quota_messages
UNION ALL
SELECT alias.address, '452 4.2.2 Mailbox is full'
  FROM mailboxes_alias AS alias
  JOIN mailboxes_mailbox AS box ON box.address = alias.targets[1]
  JOIN mail.usage AS used ON used.username = box.address
 WHERE cardinality(alias.targets) = 1
   AND (used.bytes >= box.quota_bytes OR used.messages >= box.quota_messages);

GRANT USAGE ON SCHEMA mail TO kuploy_dovecot, kuploy_postfix;
GRANT SELECT ON mail.dovecot_login, mail.dovecot_user, mail.dovecot_sieve TO kuploy_dovecot;
GRANT SELECT, INSERT, UPDATE ON mail.usage TO kuploy_dovecot;
GRANT SELECT ON mail.postfix_domain, mail.postfix_mailbox, mail.postfix_alias,
                mail.postfix_alias_domain, mail.postfix_catchall, mail.postfix_sender,
                mail.postfix_sender_alias, mail.postfix_sender_alias_domain, mail.postfix_full
   TO kuploy_postfix;
