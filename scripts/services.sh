#!/usr/bin/env bash
# What some tests need besides Node: PostgreSQL (several processes on one token store), Redis (several processes on one
# limit), Chromium (web examples, the sandbox's pages, the documentation site), and Bun, Deno and workerd (where the package is to run, too).
#
#   source scripts/services.sh
#
# starts the servers and sets PIPEDRIVE_TEST_POSTGRES_URL, PIPEDRIVE_TEST_REDIS_SERVER (the program: tests start and stop
# it themselves), PIPEDRIVE_TEST_CHROMIUM, PIPEDRIVE_TEST_BUN, PIPEDRIVE_TEST_DENO and PIPEDRIVE_TEST_WORKERD where the
# programs are found; without them tests fall back or are skipped, and say so. With CI=true, what is missing is installed
# from Debian's packages and npm's first, and nothing may be missing then. When done: services_stop

services_say() { echo "services: $*" >&2; }

services_missing() {
  if [ "${CI:-}" = "true" ]; then
    services_say "$*"
    return 1
  fi
  services_say "$*: its tests fall back or are skipped"
}

services_install() {
  local missing=()
  [ -n "$(services_pg_bin)" ] || missing+=(postgresql)
  command -v redis-server >/dev/null || missing+=(redis-server)
  command -v chromium >/dev/null || missing+=(chromium)
  [ "${#missing[@]}" -eq 0 ] && return 0
  local root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo -n)
  if ! command -v apt-get >/dev/null || ! "${root[@]}" true; then
    services_say "cannot install ${missing[*]}: needs root and apt-get"
    return 1
  fi
  services_say "installing ${missing[*]}"
  local log
  log=$(mktemp)
  # the packages must not start servers of their own
  local policy=/usr/sbin/policy-rc.d
  [ -e "$policy" ] || "${root[@]}" sh -c "printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy"
  { "${root[@]}" apt-get update -qq &&
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
    >"$log" 2>&1 || { tail -n 20 "$log" >&2; services_say "could not install ${missing[*]}"; return 1; }
}

# npm's packages of the programs themselves, in a folder of their own: nobody else has to install them.
services_runtimes() {
  local packages folder
  command -v bun >/dev/null && command -v deno >/dev/null && command -v workerd >/dev/null && return 0
  case "$(uname -m)" in
    x86_64) packages=(@oven/bun-linux-x64-baseline@1.4.5 @deno/linux-x64-glibc@2.9.6 @cloudflare/workerd-linux-64@1.20261117.1) ;;
    aarch64) packages=(@oven/bun-linux-aarch64@1.4.5 @deno/linux-arm64-glibc@2.9.6 @cloudflare/workerd-linux-arm64@1.20261117.1) ;;
    *) services_say "no runtimes for $(uname -m)"; return 1 ;;
  esac
  folder=$(mktemp -d)
  PIPEDRIVE_TEST_RUNTIMES=$folder
  services_say "installing ${packages[*]}"
  npm install --prefix "$folder" --no-audit --no-fund --ignore-scripts "${packages[@]}" >"$folder/log" 2>&1 ||
    { tail -n 20 "$folder/log" >&2; services_say "could not install them"; return 1; }
  for folder in "$folder"/node_modules/{@oven/*/bin,@deno/*,@cloudflare/*/bin}; do PATH="$PATH:$folder"; done
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
  if [ -z "$bin" ]; then services_missing "no PostgreSQL"; return; fi
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
  ) || { tail -n 20 "$folder"/*log >&2; services_missing "PostgreSQL did not start"; return; }
  PIPEDRIVE_TEST_POSTGRES_PID=$(head -n 1 "$folder/data/postmaster.pid")
  PIPEDRIVE_TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"
  export PIPEDRIVE_TEST_POSTGRES_PID PIPEDRIVE_TEST_POSTGRES_URL
  services_say "PostgreSQL at $PIPEDRIVE_TEST_POSTGRES_URL"
}

# The path of a program in a variable, for tests that start it themselves.
services_program() {
  local found
  if found=$(command -v "$2"); then
    export "$1=$found"
    services_say "$2 at $found"
  else
    services_missing "no $2"
  fi
}

services_stop() {
  [ -z "${PIPEDRIVE_TEST_RUNTIMES:-}" ] || rm -rf "$PIPEDRIVE_TEST_RUNTIMES"
  [ -z "${PIPEDRIVE_TEST_POSTGRES_PID:-}" ] || kill -INT "$PIPEDRIVE_TEST_POSTGRES_PID" 2>/dev/null || true
}

services_ready() {
  if [ "${CI:-}" = "true" ]; then services_install && services_runtimes || return 1; fi
  if [ -z "${PIPEDRIVE_TEST_POSTGRES_URL:-}" ]; then services_postgres || return 1; fi
  services_program PIPEDRIVE_TEST_REDIS_SERVER redis-server || return 1
  services_program PIPEDRIVE_TEST_CHROMIUM chromium || return 1
  services_program PIPEDRIVE_TEST_BUN bun || return 1
  services_program PIPEDRIVE_TEST_DENO deno || return 1
  services_program PIPEDRIVE_TEST_WORKERD workerd || return 1
}

services_ready
