#!/bin/sh
# Makes the secrets of docker-compose.yml under secrets/, once; it never changes one that is there.
# The folder is closed to others on this machine; the files are readable so that each container's own user can read them.
set -eu
cd "$(dirname "$0")/.."
mkdir -p secrets
chmod 700 secrets

random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
keep() {
    [ -e "secrets/$1" ] || printf '%s' "$2" > "secrets/$1"
    chmod 444 "secrets/$1"
}

for name in secret_key audit_digest_key second_factor_key \
    database_admin_password database_owner_password database_app_password redis_password
do
    keep "$name" "$(random)"
done
keep database_owner_url "postgres://iop_owner:$(cat secrets/database_owner_password)@db:5432/iop"
keep database_url "postgres://iop_app:$(cat secrets/database_app_password)@db:5432/iop"
keep redis_url "redis://:$(cat secrets/redis_password)@redis:6379/0"
