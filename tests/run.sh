#!/bin/sh
# Runs pytest once over everything: SQLite, a throw-away PostgreSQL and a real browser.
# Arguments go to pytest. With RISKREG_TEST_POSTGRES_URL set, that server is used and none is started.
set -eu
cd "$(dirname "$0")/.."

browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

# What a pack as PDF is made with.
pango() {
    .venv/bin/python -c 'import ctypes; [ctypes.CDLL(name) for name in ("libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")]' \
        2>/dev/null
}

need() {
    packages=""
    browser >/dev/null || packages="chromium fonts-liberation"
    if [ -z "${RISKREG_TEST_POSTGRES_URL:-}" ]; then
        command -v pg_virtualenv >/dev/null && ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 ||
            packages="$packages postgresql"
    fi
    pango || packages="$packages libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation"
    packages=$(echo $packages)
}

need
if [ -n "$packages" ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "The tests need $packages: install them (Debian: sudo apt-get install $packages), then run make test again." >&2
        exit 1
    fi
    echo "Installing what the tests need: $packages"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086 # one word for each package
    apt-get install -y -qq --no-install-recommends $packages >/dev/null
fi

RISKREG_CHROMIUM=${RISKREG_CHROMIUM:-$(browser)}
export RISKREG_CHROMIUM

if [ -n "${RISKREG_TEST_POSTGRES_URL:-}" ]; then
    exec .venv/bin/python -m pytest "$@"
fi

# pytest writes to the terminal itself (3 and 4); what the server has to say goes to a file, so that pytest's
# closing line is the last one. Durability is off: nothing outlives the run. As root the server runs as postgres,
# which must be able to reach its folder.
log=build/postgresql.log
started=build/postgresql.started
mkdir -p build
rm -f "$started"
status=0
TMPDIR=/tmp LC_ALL=C.UTF-8 pg_virtualenv -t -c '--locale=C.UTF-8 --encoding=UTF8' \
    -o fsync=off -o synchronous_commit=off -o full_page_writes=off \
    sh -c 'touch "$0"
        RISKREG_TEST_POSTGRES_URL="postgresql+psycopg://$PGUSER:$PGPASSWORD@$PGHOST:$PGPORT/postgres"
        export RISKREG_TEST_POSTGRES_URL
        unset PGUSER PGPASSWORD PGHOST PGPORT PGDATABASE PGSYSCONFDIR PG_CLUSTER_CONF_ROOT
        exec .venv/bin/python -m pytest "$@" >&3 2>&4 3>&- 4>&-' "$started" "$@" \
    3>&1 4>&2 >"$log" 2>&1 || status=$?
if [ ! -e "$started" ]; then
    echo "PostgreSQL did not start for the tests; this is what it said ($log):" >&2
    tail -20 "$log" >&2
    exit 1
fi
rm -f "$started"
exit "$status"
