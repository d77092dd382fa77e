-- How much each mailbox sends, and that it stops at the limit of its plan. Postfix calls
-- mail.count_sending() once for each message that a mail program hands in, and can do no more here.

-- Whole hours, so that the last day is at most 25 rows, and nothing has to be worked off.
CREATE TABLE mail.sent (
    login    text COLLATE "C" NOT NULL,
    hour     timestamptz NOT NULL,
    messages integer NOT NULL DEFAULT 0,
    refused  integer NOT NULL DEFAULT 0,
    told     boolean NOT NULL DEFAULT false,   -- the account knows of those that were refused
    PRIMARY KEY (login, hour)
) WITH (fillfactor = 70);
CREATE INDEX sent_refused ON mail.sent (login) WHERE refused > 0 AND NOT told;

-- Messages in a day, by the plan of the account and by that of its reseller; NULL: no limit.
CREATE FUNCTION mail.sending_limit(address text) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT least(plan.messages_per_day, pool.messages_per_day)
      FROM mailboxes_mailbox AS box
      JOIN accounts_account AS account ON account.id = box.account_id
      JOIN accounts_plan AS plan ON plan.id = account.plan_id
      LEFT JOIN accounts_account AS reseller ON reseller.id = account.reseller_id
      LEFT JOIN accounts_plan AS pool ON pool.id = reseller.plan_id
     WHERE box.address = $1
$$;

-- Counts the message, and answers as Postfix understands it (access(5)). A message that is refused does
-- not count, or whoever tries on would never be let in again.
CREATE FUNCTION mail.count_sending(who text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    most integer := mail.sending_limit(who);
    this_hour timestamptz := date_trunc('hour', now());
    sent bigint;
BEGIN
    -- The row is locked from here on: two messages at once are judged one after the other.
    INSERT INTO mail.sent AS counted (login, hour, messages) VALUES (who, this_hour, 1)
        ON CONFLICT (login, hour) DO UPDATE SET messages = counted.messages + 1;
    SELECT sum(messages) INTO sent FROM mail.sent
     WHERE login = who AND hour > this_hour - interval '24 hours';
    IF sent <= most OR most IS NULL THEN
        RETURN 'DUNNO';
    END IF;
    UPDATE mail.sent SET messages = messages - 1, refused = refused + 1
     WHERE login = who AND hour = this_hour;
    RETURN format('450 4.7.1 %s messages in a day: the limit is reached. Try again later', most);
END $$;

REVOKE EXECUTE ON FUNCTION mail.sending_limit, mail.count_sending FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mail.count_sending TO kuploy_postfix;
