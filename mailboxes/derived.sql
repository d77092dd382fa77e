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
-- domains_count.sql replaces this one: an import adds thousands at once.
CREATE TRIGGER count_in_out AFTER INSERT OR DELETE ON domains_domain
    FOR EACH ROW EXECUTE FUNCTION domains_count();
-- Not for a change that counts the same: who has locked the domain must not wait for the account.
CREATE TRIGGER count_change AFTER UPDATE OF status, account_id ON domains_domain
    FOR EACH ROW WHEN ((OLD.status = 'removing', OLD.account_id)
                       IS DISTINCT FROM (NEW.status = 'removing', NEW.account_id))
    EXECUTE FUNCTION domains_count();
