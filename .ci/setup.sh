# Shared by ./run and ./test: installs what is missing into .venv/ and static/vendor/. Sourced, with ROOT set.
# Each step leaves a copy of the lock it installed; while that copy equals the lock, the step is skipped.

VENV="$ROOT/.venv"
STAMPS="$VENV/stamps"

# Where it is set every start of every program would compile all of ours again: a second each.
unset PYTHONDONTWRITEBYTECODE

say() { printf '%s\n' "$*"; }

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Only as root, and only what is named: Debian's packages, never waiting for an answer.
apt_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    say "Installing $* …"
    local try
    for try in 1 2 3; do
        if apt-get -qq update </dev/null &&
            DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" </dev/null >/dev/null; then
            return 0
        fi
        [ "$try" = 3 ] || sleep $((try * 5))
    done
    return 1
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# The first Python on PATH that is new enough; PYTHON=/path/to/python overrides.
find_python() {
    local name
    for name in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null && is_new_enough "$name"; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

# A .venv that was copied or moved points elsewhere, and one whose Python is gone is of no use: both are made anew.
venv_is_sound() {
    [ -x "$VENV/bin/python" ] && [ "$(cat "$STAMPS/root" 2>/dev/null)" = "$ROOT" ] && is_new_enough "$VENV/bin/python"
}

setup_venv() {
    venv_is_sound && return 0
    local python package
    python=$(find_python) || fail "Python 3.11 or newer is needed, with venv and pip (Debian: apt-get install python3 python3-venv)."
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        package="$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
        apt_install "$package" || apt_install python3-venv || fail "$python has no venv: install the package $package."
    fi
    # One without our mark is completed in place: it was interrupted, or made by hand for this folder.
    if [ -e "$STAMPS/root" ] || ! is_new_enough "$VENV/bin/python"; then rm -rf "$VENV"; fi
    say "Creating .venv with $python …"
    "$python" -m venv "$VENV" || fail "Could not create $VENV."
    mkdir -p "$STAMPS"
    printf '%s\n' "$ROOT" >"$STAMPS/root"
}

# install_python LOCK: what the lock names, checked against its hashes; nothing is compiled.
install_python() {
    cmp -s "$ROOT/$1" "$STAMPS/$1" && return 0
    say "Installing the Python packages of $1 …"
    local try
    for try in 1 2 3; do
        if "$VENV/bin/python" -m pip install -qq --disable-pip-version-check --no-input --retries 5 \
            --only-binary :all: --require-hashes -r "$ROOT/$1" </dev/null; then
            cp "$ROOT/$1" "$STAMPS/$1"
            return 0
        fi
        [ "$try" = 3 ] || sleep $((try * 5))
    done
    fail "Could not install $1 (is the package index reachable?)."
}

# The program is run from its checkout: the root is put on the path of this .venv, and `gridops` is a short script.
install_launcher() {
    local site launcher="$VENV/bin/gridops"
    [ -x "$launcher" ] && cmp -s "$ROOT/.ci/setup.sh" "$STAMPS/launcher" && return 0
    site="$("$VENV/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/gridops.pth"
    printf '%s\n' "$ROOT" >"$site"
    cat >"$launcher.new" <<'LAUNCHER'
#!/bin/sh
# Written by .ci/setup.sh. Works from any folder, through a link, and with blanks in its own path.
exec "$(dirname "$(readlink -f "$0")")/python" -c 'import sys; sys.argv[0] = "gridops"; from gridops.cli import main; sys.exit(main())' "$@"
LAUNCHER
    chmod 755 "$launcher.new"
    mv "$launcher.new" "$launcher"
    cp "$ROOT/.ci/setup.sh" "$STAMPS/launcher"
}

# npm from PATH, else from a package that brings node and npm; that one must be told to trust the system's certificates.
npm_command() {
    if command -v node >/dev/null && command -v npm >/dev/null; then
        npm "$@"
    else
        install_python requirements-node.txt
        PATH="$VENV/bin:$PATH" NODE_OPTIONS=--use-system-ca "$VENV/bin/npm" "$@"
    fi
}

vendor_is_current() {
    local file
    for file in package.json package-lock.json static/vendor.sha256; do
        cmp -s "$ROOT/$file" "$STAMPS/vendor/${file##*/}" || return 1
    done
    [ -f "$ROOT/static/vendor/tabler/icons.svg" ]
}

# The packages of package-lock.json into .venv/npm/node_modules, without running any of their scripts.
fetch_npm() {
    mkdir -p "$VENV/npm"
    cp "$ROOT/package.json" "$ROOT/package-lock.json" "$ROOT/.npmrc" "$VENV/npm/"
    (cd "$VENV/npm" && npm_command ci --loglevel=error --no-progress </dev/null >/dev/null)
}

install_vendor() {
    vendor_is_current && return 0
    say "Installing the browser's files into static/vendor …"
    fetch_npm || { sleep 5 && fetch_npm; } || fail "Could not install package-lock.json (is the npm registry reachable?)."
    "$VENV/bin/python" "$ROOT/.ci/vendor.py" "$VENV/npm/node_modules" || exit 1
    rm -rf "$VENV/npm" "$STAMPS/vendor" # a third of a gigabyte that is not needed again
    mkdir -p "$STAMPS/vendor"
    cp "$ROOT/package.json" "$ROOT/package-lock.json" "$ROOT/static/vendor.sha256" "$STAMPS/vendor/"
}

find_browser() {
    local name
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" && return 0
    done
    return 1
}

has_chinese_letters() { [ -n "$(fc-list :lang=zh 2>/dev/null)" ]; }

# A browser, and letters to show Chinese with (without them every picture of a page is full of empty boxes).
install_browser() {
    local missing=()
    find_browser >/dev/null || missing+=(chromium)
    has_chinese_letters || missing+=(fonts-noto-cjk)
    [ ${#missing[@]} = 0 ] && return 0
    apt_install "${missing[@]}" && find_browser >/dev/null && return 0
    say "Not found: ${missing[*]} (Debian: apt-get install ${missing[*]}). The browser tests need it."
}

# Two set-ups at the same time wait for each other; the lock is on this file, so it leaves nothing behind.
with_lock() {
    exec 9<"$ROOT/.ci/setup.sh"
    if command -v flock >/dev/null; then flock 9; fi
    "$@"
    exec 9<&-
}

set_up_program() {
    setup_venv
    install_python requirements.txt
    install_launcher
    install_vendor
}

set_up_tests() {
    set_up_program
    install_python requirements-dev.txt
    install_browser
}
