#!/bin/sh
# Runs once, when the database's volume is empty: makes the two roles and the database they meet in.
set -eu
{
    printf "\\\\set owner_password '%s'\n" "$(cat /run/secrets/database_owner_password)"
    printf "\\\\set app_password '%s'\n" "$(cat /run/secrets/database_app_password)"
    cat /iop/roles.sql
} | psql -v ON_ERROR_STOP=1 --quiet --no-psqlrc --username "$POSTGRES_USER" --dbname postgres
