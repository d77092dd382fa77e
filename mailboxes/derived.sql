-- What is stored twice for speed, kept true by the database itself, whoever writes:
-- the panel, the admin, an import with COPY, or a hand at psql.
-- `manage.py check_derived` proves that nothing has drifted.
-- Run again as a whole by the newest migration that changes it.

-- 1. Mailboxes and aliases carry whether their domain is served, and local to Postfix, and how far it
-- is suspended; a domain carries how far its account is.
CREATE OR REPLACE FUNCTION mailboxes_copy_domain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Locked, so that a change of the domain at this moment waits and then finds this row.
    SELECT served, local, suspension
      INTO NEW.domain_served, NEW.domain_local, NEW.suspension_above
      FROM domains_domain WHERE id = NEW.domain_id FOR NO KEY UPDATE;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER copy_domain BEFORE INSERT OR UPDATE OF domain_id ON mailboxes_mailbox
    FOR EACH ROW EXECUTE FUNCTION mailboxes_copy_domain();
CREATE OR REPLACE TRIGGER copy_domain BEFORE INSERT OR UPDATE OF domain_id ON mailboxes_alias
    FOR EACH ROW EXECUTE FUNCTION mailboxes_copy_domain();

-- Once for a whole statement: an account that is suspended may have thousands of domains.
CREATE OR REPLACE FUNCTION domains_pass_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    part text;
BEGIN
    IF NOT EXISTS (
        SELECT FROM new_rows AS now JOIN old_rows AS before USING (id)
         WHERE (now.served, now.local, now.suspension)
               IS DISTINCT FROM (before.served, before.local, before.suspension)) THEN
        RETURN NULL;
    END IF;
    FOREACH part IN ARRAY ARRAY['mailboxes_mailbox', 'mailboxes_alias'] LOOP
        -- Planned anew: a plan for thousands of domains would walk the whole table for one.
        EXECUTE format($q$
            UPDATE %I AS part
               SET domain_served = now.served, domain_local = now.local,
                   suspension_above = now.suspension
              FROM new_rows AS now JOIN old_rows AS before USING (id)
             WHERE part.domain_id = now.id
               AND (now.served, now.local, now.suspension)
                   IS DISTINCT FROM (before.served, before.local, before.suspension)$q$, part);
    END LOOP;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER pass_on AFTER UPDATE ON domains_domain
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION domains_pass_on();

CREATE OR REPLACE FUNCTION domains_copy_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT suspension INTO NEW.suspension_above
      FROM accounts_account WHERE id = NEW.account_id FOR NO KEY UPDATE;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER copy_account BEFORE INSERT OR UPDATE OF account_id ON domains_domain
    FOR EACH ROW EXECUTE FUNCTION domains_copy_account();

CREATE OR REPLACE FUNCTION accounts_pass_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- In the order in which a batch of DNS checks locks them.
    PERFORM FROM domains_domain WHERE account_id = NEW.id ORDER BY id FOR NO KEY UPDATE;
    UPDATE domains_domain SET suspension_above = NEW.suspension WHERE account_id = NEW.id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER pass_on AFTER UPDATE ON accounts_account FOR EACH ROW
    WHEN (OLD.suspension IS DISTINCT FROM NEW.suspension)
    EXECUTE FUNCTION accounts_pass_on();

-- 2. Domains and accounts carry how many rows they hold. One UPDATE for a whole statement.
CREATE OR REPLACE FUNCTION mailboxes_count() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE TRIGGER count_in AFTER INSERT ON mailboxes_mailbox
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION mailboxes_count('mailbox_count', 'counted');
CREATE OR REPLACE TRIGGER count_change AFTER UPDATE ON mailboxes_mailbox
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION mailboxes_count('mailbox_count', 'counted');
CREATE OR REPLACE TRIGGER count_out AFTER DELETE ON mailboxes_mailbox
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION mailboxes_count('mailbox_count', 'counted');
CREATE OR REPLACE TRIGGER count_in AFTER INSERT ON mailboxes_alias
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION mailboxes_count('alias_count', 'true');
CREATE OR REPLACE TRIGGER count_change AFTER UPDATE ON mailboxes_alias
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION mailboxes_count('alias_count', 'true');
CREATE OR REPLACE TRIGGER count_out AFTER DELETE ON mailboxes_alias
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION mailboxes_count('alias_count', 'true');

-- An import adds thousands of domains at once.
CREATE OR REPLACE FUNCTION domains_count_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE accounts_account SET domain_count = domain_count + n
      FROM (SELECT account_id, count(*) * TG_ARGV[0]::int AS n
              FROM changed WHERE status <> 'removing' GROUP BY 1) AS per_account
     WHERE id = account_id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER count_in AFTER INSERT ON domains_domain REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION domains_count_all('1');
CREATE OR REPLACE TRIGGER count_out AFTER DELETE ON domains_domain REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION domains_count_all('-1');

CREATE OR REPLACE FUNCTION domains_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> 'removing' THEN
        UPDATE accounts_account SET domain_count = domain_count + 1 WHERE id = NEW.account_id;
    END IF;
    IF OLD.status <> 'removing' THEN
        UPDATE accounts_account SET domain_count = domain_count - 1 WHERE id = OLD.account_id;
    END IF;
    RETURN NULL;
END $$;
-- Not for a change that counts the same: who has locked the domain must not wait for the account.
CREATE OR REPLACE TRIGGER count_change AFTER UPDATE OF status, account_id ON domains_domain
    FOR EACH ROW WHEN ((OLD.status = 'removing', OLD.account_id)
                       IS DISTINCT FROM (NEW.status = 'removing', NEW.account_id))
    EXECUTE FUNCTION domains_count();
