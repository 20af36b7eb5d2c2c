#!/usr/bin/env bash
# What some tests need besides Node: PostgreSQL (several processes on one token store) and Chromium (the web examples).
#
#   source scripts/services.sh
#
# sets PIPEDRIVE_TEST_POSTGRES_URL and PIPEDRIVE_TEST_CHROMIUM where the programs are found. With CI=true, missing ones
# are installed from Debian's packages first. Without them, tests fall back to SQLite or are skipped, and say so.
# Stop the database with: kill "$PIPEDRIVE_TEST_POSTGRES_PID"

services_say() { echo "services: $*" >&2; }

services_install() {
  local missing=()
  [ -n "$(services_pg_bin)" ] || missing+=(postgresql)
  command -v chromium >/dev/null || missing+=(chromium)
  [ "${#missing[@]}" -eq 0 ] && return 0
  if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    services_say "cannot install ${missing[*]}: needs root and apt-get"
    return 0
  fi
  services_say "installing ${missing[*]}"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
    >/dev/null 2>&1 || services_say "could not install ${missing[*]}"
}

services_pg_bin() {
  local found
  if found=$(command -v initdb); then dirname "$(readlink -f "$found")"; return; fi
  ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1
}

# A cluster of its own in a temporary folder, on a socket and a free port of the loopback.
services_postgres() {
  local bin folder port as=()
  bin=$(services_pg_bin)
  if [ -z "$bin" ]; then services_say "no PostgreSQL: tests use SQLite"; return 0; fi
  folder=$(mktemp -d)
  if [ "$(id -u)" -eq 0 ]; then
    chown postgres "$folder"
    as=(runuser -u postgres --)
  fi
  port=$(node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
  (
    cd "$folder" || exit 1
    "${as[@]}" "$bin/initdb" -D "$folder/data" -U postgres --auth=trust -E UTF8 --no-sync >"$folder/log" 2>&1 &&
      "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -w -t 60 -l "$folder/server.log" \
        -o "-p $port -k $folder -c listen_addresses=127.0.0.1 -c fsync=off" start >>"$folder/log" 2>&1
  ) || { services_say "PostgreSQL did not start, see $folder: tests use SQLite"; return 0; }
  PIPEDRIVE_TEST_POSTGRES_PID=$(head -n 1 "$folder/data/postmaster.pid")
  PIPEDRIVE_TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"
  export PIPEDRIVE_TEST_POSTGRES_PID PIPEDRIVE_TEST_POSTGRES_URL
  services_say "PostgreSQL at $PIPEDRIVE_TEST_POSTGRES_URL"
}

if [ "${CI:-}" = "true" ]; then services_install; fi
if [ -z "${PIPEDRIVE_TEST_POSTGRES_URL:-}" ]; then services_postgres; fi
if command -v chromium >/dev/null; then
  PIPEDRIVE_TEST_CHROMIUM=$(command -v chromium)
  export PIPEDRIVE_TEST_CHROMIUM
else
  services_say "no Chromium: the web examples are not driven by a browser"
fi
