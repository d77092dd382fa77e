-- Roles and database of Kuploy; run by a superuser with psql, as often as you like.
-- From the environment: KUPLOY_DB_NAME and one password per role.
\set ON_ERROR_STOP on
\getenv database KUPLOY_DB_NAME
\getenv panel_password KUPLOY_DB_PASSWORD
\getenv dovecot_password KUPLOY_DOVECOT_DB_PASSWORD
\getenv postfix_password KUPLOY_POSTFIX_DB_PASSWORD

SELECT format('CREATE ROLE %I', role)
  FROM unnest(ARRAY['kuploy', 'kuploy_dovecot', 'kuploy_postfix']) AS role
 WHERE role NOT IN (SELECT rolname FROM pg_roles)
\gexec
ALTER ROLE kuploy LOGIN PASSWORD :'panel_password';
ALTER ROLE kuploy_dovecot LOGIN PASSWORD :'dovecot_password' CONNECTION LIMIT 60;
ALTER ROLE kuploy_postfix LOGIN PASSWORD :'postfix_password' CONNECTION LIMIT 80;

SELECT format('CREATE DATABASE %I OWNER kuploy', :'database')
 WHERE :'database' NOT IN (SELECT datname FROM pg_database)
\gexec
-- The mail servers may connect and no more: what they read is granted view by view, by the panel's migrations.
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO kuploy_dovecot, kuploy_postfix;

-- Nor may they fill the disk with large objects, which PostgreSQL allows everybody.
\connect :"database"
REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea),
    lo_put(oid, bigint, bytea), lowrite(integer, bytea) FROM PUBLIC;
