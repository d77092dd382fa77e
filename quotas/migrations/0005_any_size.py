"""A limit of any size is judged: one that overflowed stopped the alerts of everybody."""

from django.db import migrations

# As before, but multiplied as floating point: exact up to 90 TB, and never out of range.
LEVEL = """
    CREATE OR REPLACE FUNCTION quotas_level(used bigint, most bigint, before int, with_95 boolean)
        RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE
            WHEN most IS NULL OR used = 0 OR used * 100::float8 < most * 75::float8 THEN 0
            WHEN used >= most THEN 100
            WHEN with_95 AND used * 100::float8 >= most * 95::float8 THEN greatest(before, 95)
            WHEN used * 100::float8 >= most * 80::float8 THEN greatest(before, 80)
            ELSE before
        END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("quotas", "0004_points")]
    operations = [migrations.RunSQL(LEVEL)]
