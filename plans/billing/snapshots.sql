-- What was invoiced stays as it was: who asks for a month years later gets the same figures.

-- TRUNCATE is left to those who may drop the table, too.
CREATE FUNCTION plans_keep_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Snapshots stay as they were taken.';
END $$;
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON plans_snapshot
    FOR EACH ROW EXECUTE FUNCTION plans_keep_snapshot();

-- A day that is over gets none: what it held cannot be known any more.
CREATE FUNCTION plans_only_today() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM new_rows WHERE day <> (now() AT TIME ZONE 'UTC')::date) THEN
        RAISE EXCEPTION 'Snapshots are taken of the current day only.';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER only_today AFTER INSERT ON plans_snapshot
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION plans_only_today();

-- A month of an account: a line for each plan, band and price. The amount is
--     price x mailbox-days / days of the month,
-- rounded to cents once, half a cent up; a sum is the sum of the rounded lines.
CREATE VIEW plans_line AS
SELECT concat_ws(':', month, account_id, plan_name, band_gb, price, reseller_price) AS id,
       month, account_id,
       (array_agg(account_name ORDER BY day DESC))[1] AS account_name, account_slug,
       reseller_id, (array_agg(reseller_name ORDER BY day DESC))[1] AS reseller_name, payer_slug,
       plan_name, band_gb, price, reseller_price, currency,
       min(day) AS first_day, max(day) AS last_day,
       sum(mailboxes) AS mailbox_days, sum(empty_domains) AS empty_domain_days,
       max(mailboxes) AS highest, (array_agg(mailboxes ORDER BY day DESC))[1] AS last,
       round(price * sum(mailboxes) / ((month + interval '1 month')::date - month), 2) AS amount,
       round(reseller_price * sum(mailboxes) / ((month + interval '1 month')::date - month), 2)
           AS reseller_amount
  FROM plans_snapshot
 GROUP BY month, account_id, account_slug, reseller_id, payer_slug, plan_name, band_gb, price,
          reseller_price, currency
HAVING sum(mailboxes) > 0;
