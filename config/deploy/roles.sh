#!/bin/sh
# The database's roles, made once per cluster before the first migration; migrations only grant.
set -eu
secret() { cat "/run/secrets/$1_password"; }
psql --set ON_ERROR_STOP=1 --username postgres --no-psqlrc \
    --set owner="$(secret owner)" --set app="$(secret app)" \
    --set gate="$(secret gate)" --set backup="$(secret backup)" <<'SQL'
CREATE ROLE owner LOGIN PASSWORD :'owner' NOSUPERUSER NOBYPASSRLS NOCREATEROLE;
CREATE ROLE app LOGIN PASSWORD :'app' NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;
CREATE ROLE gate LOGIN PASSWORD :'gate' NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;
CREATE ROLE backup LOGIN PASSWORD :'backup' NOSUPERUSER BYPASSRLS NOCREATEROLE NOCREATEDB;
CREATE ROLE doors NOLOGIN NOSUPERUSER NOBYPASSRLS;
GRANT doors TO owner;
ALTER ROLE app SET track_activities = off;
ALTER ROLE gate SET track_activities = off;
ALTER ROLE backup SET default_transaction_read_only = on;
CREATE DATABASE quietledger OWNER owner;
REVOKE ALL ON DATABASE quietledger FROM PUBLIC;
GRANT CONNECT ON DATABASE quietledger TO app, gate, backup;
SQL
