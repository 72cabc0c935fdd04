#!/bin/sh
# Starts Valkey with the password from its secret file; a command line would show it to every process.
set -eu
umask 077
cat > /tmp/valkey.conf <<END
bind 0.0.0.0
dir /data
appendonly yes
maxmemory-policy noeviction
requirepass $(cat /run/secrets/redis_password)
END
exec valkey-server /tmp/valkey.conf
