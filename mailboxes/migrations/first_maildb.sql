-- What is stored twice for speed, kept true by the database itself, whoever writes:
-- the panel, the admin, an import with COPY, or a hand at psql.
-- `manage.py check_derived` proves that nothing has drifted.

-- 1. Mailboxes and aliases carry whether their domain is served, and local to Postfix.
CREATE FUNCTION mailboxes_copy_domain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Locked, so that a change of the domain at this moment waits and then finds this row.
    SELECT served, local INTO NEW.domain_served, NEW.domain_local
      FROM domains_domain WHERE id = NEW.domain_id FOR NO KEY UPDATE;
    RETURN NEW;
END $$;
CREATE TRIGGER copy_domain BEFORE INSERT OR UPDATE OF domain_id ON mailboxes_mailbox
    FOR EACH ROW EXECUTE FUNCTION mailboxes_copy_domain();
CREATE TRIGGER copy_domain BEFORE INSERT OR UPDATE OF domain_id ON mailboxes_alias
    FOR EACH ROW EXECUTE FUNCTION mailboxes_copy_domain();

CREATE FUNCTION domains_pass_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE mailboxes_mailbox SET domain_served = NEW.served, domain_local = NEW.local
     WHERE domain_id = NEW.id;
    UPDATE mailboxes_alias SET domain_served = NEW.served, domain_local = NEW.local
     WHERE domain_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER pass_on AFTER UPDATE ON domains_domain FOR EACH ROW
    WHEN ((OLD.served, OLD.local) IS DISTINCT FROM (NEW.served, NEW.local))
    EXECUTE FUNCTION domains_pass_on();

-- 2. Domains and accounts carry how many rows they hold. One UPDATE for a whole statement.
CREATE FUNCTION mailboxes_count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    counter text := TG_ARGV[0];   -- mailbox_count or alias_count
    counts  text := TG_ARGV[1];   -- condition for a row to count
    changed text := concat_ws(' UNION ALL ',
        CASE WHEN TG_OP <> 'DELETE' THEN
            format('SELECT domain_id, account_id, 1 AS n FROM new_rows WHERE %s', counts) END,
        CASE WHEN TG_OP <> 'INSERT' THEN
            format('SELECT domain_id, account_id, -1 AS n FROM old_rows WHERE %s', counts) END);
BEGIN
    EXECUTE format($q$
        WITH delta AS (SELECT domain_id, account_id, sum(n) AS n FROM (%1$s) AS changed
                        GROUP BY 1, 2 HAVING sum(n) <> 0),
             of_domains AS (
                 UPDATE domains_domain SET %2$I = %2$I + n
                   FROM (SELECT domain_id, sum(n) AS n FROM delta GROUP BY 1) AS per_domain
                  WHERE id = domain_id AND n <> 0)
        UPDATE accounts_account SET %2$I = %2$I + n
          FROM (SELECT account_id, sum(n) AS n FROM delta GROUP BY 1) AS per_account
         WHERE id = account_id AND n <> 0$q$, changed, counter);
    RETURN NULL;
END $$;

CREATE TRIGGER count_in AFTER INSERT ON mailboxes_mailbox
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION mailboxes_count('mailbox_count', 'counted');
CREATE TRIGGER count_change AFTER UPDATE ON mailboxes_mailbox
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION mailboxes_count('mailbox_count', 'counted');
CREATE TRIGGER count_out AFTER DELETE ON mailboxes_mailbox
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION mailboxes_count('mailbox_count', 'counted');
CREATE TRIGGER count_in AFTER INSERT ON mailboxes_alias
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION mailboxes_count('alias_count', 'true');
CREATE TRIGGER count_change AFTER UPDATE ON mailboxes_alias
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION mailboxes_count('alias_count', 'true');
CREATE TRIGGER count_out AFTER DELETE ON mailboxes_alias
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION mailboxes_count('alias_count', 'true');

CREATE FUNCTION domains_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' AND NEW.status <> 'removing' THEN
        UPDATE accounts_account SET domain_count = domain_count + 1 WHERE id = NEW.account_id;
    END IF;
    IF TG_OP <> 'INSERT' AND OLD.status <> 'removing' THEN
        UPDATE accounts_account SET domain_count = domain_count - 1 WHERE id = OLD.account_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER count_in_out AFTER INSERT OR DELETE ON domains_domain
    FOR EACH ROW EXECUTE FUNCTION domains_count();
-- Not for a change that counts the same: who has locked the domain must not wait for the account.
CREATE TRIGGER count_change AFTER UPDATE OF status, account_id ON domains_domain
    FOR EACH ROW WHEN ((OLD.status = 'removing', OLD.account_id)
                       IS DISTINCT FROM (NEW.status = 'removing', NEW.account_id))
    EXECUTE FUNCTION domains_count();

-- The whole contract with Postfix and Dovecot: schema "mail". They read the views dovecot_*
-- and postfix_*, and write the usage.

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

-- What is asked at every sign-in and every message stands in tables of its own, as narrow as the
-- question and with one index. The panel's tables would give the same answers; but the mail servers
-- send unprepared statements, and every index that the panel's lists need makes planning each of
-- them dearer: a look-up there costs twice a look-up here.

-- What each table must hold:
CREATE VIEW mail.domain_source AS
SELECT name::text COLLATE "C" AS name FROM domains_domain WHERE local;

CREATE VIEW mail.mailbox_source AS
SELECT address::text COLLATE "C" AS address, account_id,
       state = 'active' AND domain_served AS signs_in,
       state = 'active' AND domain_local AS takes_mail,
       password_hash AS password, substr(id::text, 1, 2) || '/' || id::text AS home, host,
       '*:bytes=' || quota_bytes::text || ':messages=' || quota_messages::text AS quota_rule,
       quota_bytes::text || 'B' AS quota_storage_size, quota_messages AS quota_message_count,
       quota_bytes, md5(sieve_script) AS sieve_id,
       CASE sieve_script WHEN '' THEN E'# none\n' ELSE sieve_script END AS sieve_body
  FROM mailboxes_mailbox;

CREATE VIEW mail.alias_source AS
SELECT address::text COLLATE "C" AS address, account_id,
       domain_served AS served, domain_local AS local,
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
CREATE FUNCTION mail.copy_domain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.local THEN
        DELETE FROM mail.domain WHERE name = OLD.name;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.local THEN
        INSERT INTO mail.domain VALUES (NEW.name);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER copy_in_out AFTER INSERT OR DELETE ON domains_domain
    FOR EACH ROW EXECUTE FUNCTION mail.copy_domain();
CREATE TRIGGER copy_change AFTER UPDATE ON domains_domain
    FOR EACH ROW WHEN ((OLD.name, OLD.local) IS DISTINCT FROM (NEW.name, NEW.local))
    EXECUTE FUNCTION mail.copy_domain();

CREATE FUNCTION mail.copy_mailbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM mail.mailbox WHERE address = OLD.address;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO mail.mailbox SELECT * FROM mail.mailbox_source WHERE address = NEW.address;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER copy_row AFTER INSERT OR UPDATE OR DELETE ON mailboxes_mailbox
    FOR EACH ROW EXECUTE FUNCTION mail.copy_mailbox();

CREATE FUNCTION mail.copy_alias() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM mail.alias WHERE address = OLD.address;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO mail.alias SELECT * FROM mail.alias_source WHERE address = NEW.address;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER copy_row AFTER INSERT OR UPDATE OR DELETE ON mailboxes_alias
    FOR EACH ROW EXECUTE FUNCTION mail.copy_alias();

CREATE FUNCTION mail.empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('TRUNCATE mail.%I', TG_ARGV[0]);
    RETURN NULL;
END $$;
CREATE TRIGGER copy_none AFTER TRUNCATE ON domains_domain EXECUTE FUNCTION mail.empty('domain');
CREATE TRIGGER copy_none AFTER TRUNCATE ON mailboxes_mailbox EXECUTE FUNCTION mail.empty('mailbox');
CREATE TRIGGER copy_none AFTER TRUNCATE ON mailboxes_alias EXECUTE FUNCTION mail.empty('alias');

-- Dovecot: passdb. Only who may sign in.
CREATE VIEW mail.dovecot_login AS
SELECT address AS username, password, home, host,
       quota_rule, quota_storage_size, quota_message_count
  FROM mail.mailbox WHERE signs_in;

-- Dovecot: userdb. Every mailbox, or a disabled one could not be looked into nor a deleted one purged.
-- Delivery asks for the active ones: mail may reach a disabled one by an alias or from the queue.
CREATE VIEW mail.dovecot_user AS
SELECT address AS username, home, host, quota_rule, quota_storage_size, quota_message_count,
       signs_in AS active
  FROM mail.mailbox;

-- Dovecot: Sieve. A row for every mailbox (2.4 answers 451 to a missing one); the compiled
-- script is cached under the id, so the id changes with the body.
CREATE VIEW mail.dovecot_sieve AS
SELECT address AS username, 'managed'::text AS name, sieve_id AS id, sieve_body AS body
  FROM mail.mailbox;

-- Postfix: what is delivered here.
CREATE VIEW mail.postfix_domain AS
SELECT name FROM mail.domain;

-- Whose name nobody may borrow without signing in; also where the MX points elsewhere still.
CREATE VIEW mail.postfix_own_domain AS
SELECT name FROM domains_domain WHERE served;

CREATE VIEW mail.postfix_mailbox AS
SELECT address FROM mail.mailbox WHERE takes_mail;

CREATE VIEW mail.postfix_alias AS
SELECT address, targets AS goto FROM mail.alias WHERE local;

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
SELECT address, address AS login FROM mail.mailbox WHERE signs_in;

-- Who receives an alias may write as it, within the account: a target elsewhere is only written to.
CREATE VIEW mail.postfix_sender_alias AS
SELECT alias.address, box.address AS login
  FROM mail.alias
  JOIN mail.mailbox AS box ON box.address = ANY (string_to_array(alias.targets, ','))
 WHERE alias.served AND box.signs_in AND box.account_id = alias.account_id;

CREATE VIEW mail.postfix_sender_alias_domain AS
SELECT mirror.name AS domain, box.local_part, box.address AS login
  FROM domains_domain AS mirror
  JOIN mailboxes_mailbox AS box ON box.domain_id = mirror.alias_of_id
 WHERE mirror.served AND box.state = 'active' AND box.domain_served;

-- Refused at RCPT, so that no bounce has to be written; an alias counts when it has one target.
CREATE VIEW mail.postfix_full AS
SELECT box.address, '452 4.2.2 Mailbox is full'::text AS action
  FROM mail.mailbox AS box JOIN mail.usage AS used ON used.username = box.address
 WHERE used.bytes >= box.quota_bytes OR used.messages >= box.quota_message_count;

CREATE VIEW mail.postfix_full_alias AS
SELECT alias.address, target.action
  FROM mail.alias JOIN mail.postfix_full AS target ON target.address = alias.sole_target;

GRANT USAGE ON SCHEMA mail TO kuploy_dovecot, kuploy_postfix;
GRANT SELECT ON mail.dovecot_login, mail.dovecot_user, mail.dovecot_sieve TO kuploy_dovecot;
GRANT SELECT, INSERT, UPDATE ON mail.usage TO kuploy_dovecot;
GRANT SELECT ON mail.postfix_domain, mail.postfix_own_domain, mail.postfix_mailbox, mail.postfix_alias,
                mail.postfix_alias_domain, mail.postfix_catchall, mail.postfix_sender,
                mail.postfix_sender_alias, mail.postfix_sender_alias_domain, mail.postfix_full,
                mail.postfix_full_alias
   TO kuploy_postfix;
