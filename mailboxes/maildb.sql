-- The contract with Postfix and Dovecot: schema "mail". They read the views dovecot_* and
-- postfix_*, and write the usage. Beside it Dovecot notes who signed in: sign_ins.sql.
-- Run again as a whole by the newest migration that changes it: all but the usage is made anew from
-- the rows of the panel. What hangs on it goes with it and has to be run again after it: move.sql.

CREATE SCHEMA IF NOT EXISTS mail;
REVOKE ALL ON SCHEMA mail FROM PUBLIC;

-- The one table that a mail server writes: Dovecot's quota_clone replaces the figures, never adds.
CREATE TABLE IF NOT EXISTS mail.usage (
    username   text COLLATE "C" PRIMARY KEY,
    bytes      bigint NOT NULL DEFAULT 0,
    messages   bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE OR REPLACE FUNCTION mail.touch_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER touch BEFORE UPDATE ON mail.usage
    FOR EACH ROW EXECUTE FUNCTION mail.touch_usage();

-- What is asked at every sign-in and every message stands in tables of its own, as narrow as the
-- question and with one index. The panel's tables would give the same answers; but the mail servers
-- send unprepared statements, and every index that the panel's lists need makes planning each of
-- them dearer: a look-up there costs twice a look-up here.

DROP TABLE IF EXISTS mail.domain, mail.mailbox, mail.alias CASCADE;
DO $$
DECLARE
    view name;
BEGIN
    FOR view IN SELECT viewname FROM pg_views WHERE schemaname = 'mail' LOOP
        EXECUTE format('DROP VIEW IF EXISTS mail.%I CASCADE', view);
    END LOOP;
END $$;

-- What each table must hold. Suspended with 10 a mailbox cannot send, with 20 nobody signs in, with 30
-- it receives nothing. While it cannot send it runs no script either: what would be forwarded stays.
CREATE VIEW mail.domain_source AS
SELECT name::text COLLATE "C" AS name,
       CASE spam_level WHEN 'permissive' THEN 10 WHEN 'standard' THEN 6 WHEN 'aggressive' THEN 4
       END AS junk_from
  FROM domains_domain WHERE local;

CREATE VIEW mail.mailbox_source AS
SELECT address::text COLLATE "C" AS address, account_id,
       state = 'active' AND domain_served AND suspension < 20 AS signs_in,
       state = 'active' AND domain_served AND suspension < 30 AS receives,
       state = 'active' AND domain_local AS listed, suspension,
       password_hash AS password, substr(id::text, 1, 2) || '/' || id::text AS home, host,
       '*:bytes=' || quota_bytes::text || ':messages=' || quota_messages::text AS quota_rule,
       quota_bytes::text || 'B' AS quota_storage_size, quota_messages AS quota_message_count,
       quota_bytes, md5(script) AS sieve_id,
       CASE script WHEN '' THEN E'# none\n' ELSE script END AS sieve_body
  FROM mailboxes_mailbox
 CROSS JOIN LATERAL (
       SELECT CASE WHEN suspension < 10 THEN sieve_script ELSE '' END AS script) AS managed;

CREATE VIEW mail.alias_source AS
SELECT address::text COLLATE "C" AS address, account_id,
       domain_served AS served, domain_local AS local, suspension_above AS suspension,
       array_to_string(targets, ',') AS targets,
       CASE cardinality(targets) WHEN 1 THEN targets[1] END COLLATE "C" AS sole_target
  FROM mailboxes_alias;

CREATE TABLE mail.domain AS SELECT * FROM mail.domain_source;
CREATE TABLE mail.mailbox AS SELECT * FROM mail.mailbox_source;
CREATE TABLE mail.alias AS SELECT * FROM mail.alias_source;
ALTER TABLE mail.domain ADD PRIMARY KEY (name);
ALTER TABLE mail.mailbox ADD PRIMARY KEY (address);
ALTER TABLE mail.alias ADD PRIMARY KEY (address);

-- Kept so in the transaction of the cause, whoever writes. `manage.py check_derived` proves it.
CREATE OR REPLACE FUNCTION mail.copy_domain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.local THEN
        DELETE FROM mail.domain WHERE name = OLD.name;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.local THEN
        INSERT INTO mail.domain SELECT * FROM mail.domain_source WHERE name = NEW.name;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER copy_in_out AFTER INSERT OR DELETE ON domains_domain
    FOR EACH ROW EXECUTE FUNCTION mail.copy_domain();
CREATE OR REPLACE TRIGGER copy_change AFTER UPDATE ON domains_domain
    FOR EACH ROW WHEN ((OLD.name, OLD.local, OLD.spam_level)
                       IS DISTINCT FROM (NEW.name, NEW.local, NEW.spam_level))
    EXECUTE FUNCTION mail.copy_domain();

CREATE OR REPLACE FUNCTION mail.copy_mailbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM mail.mailbox WHERE address = OLD.address;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO mail.mailbox SELECT * FROM mail.mailbox_source WHERE address = NEW.address;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER copy_row AFTER INSERT OR UPDATE OR DELETE ON mailboxes_mailbox
    FOR EACH ROW EXECUTE FUNCTION mail.copy_mailbox();

CREATE OR REPLACE FUNCTION mail.copy_alias() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM mail.alias WHERE address = OLD.address;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO mail.alias SELECT * FROM mail.alias_source WHERE address = NEW.address;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER copy_row AFTER INSERT OR UPDATE OR DELETE ON mailboxes_alias
    FOR EACH ROW EXECUTE FUNCTION mail.copy_alias();

CREATE OR REPLACE FUNCTION mail.empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('TRUNCATE mail.%I', TG_ARGV[0]);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER copy_none AFTER TRUNCATE ON domains_domain EXECUTE FUNCTION mail.empty('domain');
CREATE OR REPLACE TRIGGER copy_none AFTER TRUNCATE ON mailboxes_mailbox EXECUTE FUNCTION mail.empty('mailbox');
CREATE OR REPLACE TRIGGER copy_none AFTER TRUNCATE ON mailboxes_alias EXECUTE FUNCTION mail.empty('alias');

-- Dovecot: passdb. Only who may sign in.
CREATE VIEW mail.dovecot_login AS
SELECT address AS username, password, home, host,
       quota_rule, quota_storage_size, quota_message_count
  FROM mail.mailbox WHERE signs_in;

-- Dovecot: userdb. Every mailbox, or a disabled one could not be looked into nor a deleted one purged.
-- Delivery asks for those that receive: mail may reach a disabled one by an alias or from the queue.
CREATE VIEW mail.dovecot_user AS
SELECT address AS username, home, host, quota_rule, quota_storage_size, quota_message_count,
       receives AS active
  FROM mail.mailbox;

-- Dovecot: Sieve. A row for every mailbox (2.4 answers 451 to a missing one); the compiled
-- script is cached under the id, so the id changes with the body.
CREATE VIEW mail.dovecot_sieve AS
SELECT address AS username, 'managed'::text AS name, sieve_id AS id, sieve_body AS body
  FROM mail.mailbox
UNION ALL
-- Comes first: what is filed as junk is neither forwarded nor answered. rspamd writes a star a point.
SELECT address, 'junk', 'junk-' || coalesce(junk_from, 0)::text,
       CASE WHEN junk_from IS NULL THEN E'# none\n' ELSE
           E'require ["fileinto", "mailbox"];\nif header :contains "X-Spam-Level" "'
           || repeat('*', junk_from) || E'" {\n    fileinto :create "Junk";\n}\n'
       END
  FROM mail.mailbox
  LEFT JOIN mail.domain ON name = split_part(address, '@', 2);

-- Postfix: what is delivered here.
CREATE VIEW mail.postfix_domain AS
SELECT name FROM mail.domain;

-- Whose name nobody may borrow without signing in; also where the MX points elsewhere still.
CREATE VIEW mail.postfix_own_domain AS
SELECT name FROM domains_domain WHERE served;

-- Also those that receive nothing: at RCPT there is a better answer than "unknown", see below.
CREATE VIEW mail.postfix_mailbox AS
SELECT address FROM mail.mailbox WHERE listed;

CREATE VIEW mail.postfix_alias AS
SELECT address, targets AS goto FROM mail.alias WHERE local;

-- Asked with "@domain", after every exact address. What would go where nothing is received is unknown.
CREATE VIEW mail.postfix_catchall AS
SELECT domain, goto
  FROM (SELECT name AS domain, catch_all AS goto
          FROM domains_domain WHERE local AND suspension < 30
        UNION ALL
        SELECT mirror.name, target.catch_all
          FROM domains_domain AS mirror
          JOIN domains_domain AS target ON target.id = mirror.alias_of_id
         WHERE mirror.local AND target.served
           AND mirror.suspension < 30 AND target.suspension < 30) AS way
 WHERE goto <> ''
   AND NOT EXISTS (SELECT FROM mail.mailbox WHERE address = goto AND suspension >= 30)
   AND NOT EXISTS (SELECT FROM mail.alias WHERE address = goto AND suspension >= 30);

-- Which sign-in may use which sender: one's own address, an alias one receives, the mirrored name.
CREATE VIEW mail.postfix_sender AS
SELECT address, address AS login FROM mail.mailbox WHERE signs_in AND suspension < 10;

-- Who receives an alias may write as it, within the account: a target elsewhere is only written to.
CREATE VIEW mail.postfix_sender_alias AS
SELECT alias.address, box.address AS login
  FROM mail.alias
  JOIN mail.mailbox AS box ON box.address = ANY (string_to_array(alias.targets, ','))
 WHERE alias.served AND alias.suspension < 10
   AND box.signs_in AND box.suspension < 10 AND box.account_id = alias.account_id;

-- Who signed in and may not send, by address or by the domain of the sender: asked before the above,
-- which would only say that the sender is somebody else's.
CREATE VIEW mail.postfix_suspended AS
SELECT address AS subject, '554 5.7.1 Sending is suspended for ' || address
       || ': contact your provider' AS action
  FROM mail.mailbox WHERE suspension >= 10
UNION ALL
SELECT name::text COLLATE "C", '554 5.7.1 Sending is suspended for ' || name
       || ': contact your provider'
  FROM domains_domain WHERE served AND suspension >= 10;

-- Refused at RCPT, so that no bounce has to be written: what is full, and what receives nothing. An
-- alias counts when it has one target.
CREATE VIEW mail.postfix_full AS
SELECT box.address,
       CASE WHEN box.suspension >= 30 THEN '550 5.2.1 This address takes no mail at present'
            ELSE '452 4.2.2 Mailbox is full' END AS action
  FROM mail.mailbox AS box LEFT JOIN mail.usage AS used ON used.username = box.address
 WHERE box.suspension >= 30
    OR used.bytes >= box.quota_bytes OR used.messages >= box.quota_message_count;

CREATE VIEW mail.postfix_full_alias AS
SELECT alias.address, target.action
  FROM mail.alias JOIN mail.postfix_full AS target ON target.address = alias.sole_target
 WHERE alias.suspension < 30
UNION ALL
SELECT address, '550 5.2.1 This address takes no mail at present'
  FROM mail.alias WHERE suspension >= 30;

-- The same local part in the domain that an alias domain mirrors: where its mail goes, who may write as
-- it, and whether it is refused. Functions, for each first finds the mirrored address and then has one row
-- to look up, however many the domain holds; and their statements stay planned as long as Postfix stays
-- connected: they are asked of every address, and almost none is in an alias domain.
CREATE OR REPLACE FUNCTION mail.mirrored(local_part text, mirror text) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    mirrored text;
BEGIN
    SELECT local_part || '@' || target.name INTO mirrored
      FROM domains_domain AS alias JOIN domains_domain AS target ON target.id = alias.alias_of_id
     WHERE alias.name = mirror AND alias.local;
    IF mirrored IS NOT NULL THEN
        RETURN QUERY SELECT box.address::text FROM mailboxes_mailbox AS box
                      WHERE box.address = mirrored AND box.state = 'active' AND box.domain_served
               UNION ALL
                     SELECT alias.targets FROM mail.alias WHERE alias.address = mirrored AND alias.served;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION mail.sender_by_mirror(local_part text, mirror text) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    mirrored text;
BEGIN
    SELECT local_part || '@' || target.name INTO mirrored
      FROM domains_domain AS alias JOIN domains_domain AS target ON target.id = alias.alias_of_id
     WHERE alias.name = mirror AND alias.served AND alias.suspension < 10;
    IF mirrored IS NOT NULL THEN
        RETURN QUERY SELECT box.address::text FROM mailboxes_mailbox AS box
                      WHERE box.address = mirrored AND box.state = 'active' AND box.domain_served
                        AND box.suspension < 10;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION mail.refused_by_mirror(local_part text, mirror text) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    mirrored text;
    step integer;
BEGIN
    SELECT local_part || '@' || target.name, alias.suspension INTO mirrored, step
      FROM domains_domain AS alias JOIN domains_domain AS target ON target.id = alias.alias_of_id
     WHERE alias.name = mirror AND alias.local;
    IF step >= 30 THEN
        RETURN NEXT '550 5.2.1 This address takes no mail at present';
    ELSIF step IS NOT NULL THEN
        RETURN QUERY SELECT action FROM mail.postfix_full AS box WHERE box.address = mirrored
               UNION SELECT action FROM mail.postfix_full_alias AS alias WHERE alias.address = mirrored;
    END IF;
END $$;
REVOKE EXECUTE ON FUNCTION mail.mirrored, mail.sender_by_mirror, mail.refused_by_mirror FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mail.mirrored, mail.sender_by_mirror, mail.refused_by_mirror TO kuploy_postfix;

GRANT USAGE ON SCHEMA mail TO kuploy_dovecot, kuploy_postfix;
GRANT SELECT ON mail.dovecot_login, mail.dovecot_user, mail.dovecot_sieve TO kuploy_dovecot;
GRANT SELECT, INSERT, UPDATE ON mail.usage TO kuploy_dovecot;
GRANT SELECT ON mail.postfix_domain, mail.postfix_own_domain, mail.postfix_mailbox, mail.postfix_alias,
                mail.postfix_catchall, mail.postfix_sender, mail.postfix_sender_alias,
                mail.postfix_suspended, mail.postfix_full, mail.postfix_full_alias
   TO kuploy_postfix;
