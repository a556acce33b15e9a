# Tools the steps need, sourced by test/run. Each function prints a path, or a reason on stderr and fails.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/annohook-test
golangci_version=v2.15.0
uv_version=0.13.9

# need COMMAND REASON fails with the reason where the command is missing.
need() {
  command -v "$1" >/dev/null 2>&1 && return 0
  echo "test/run: $2" >&2
  return 1
}

# first COMMAND... prints the path of the first command that exists.
first() {
  local name
  for name in "$@"; do
    command -v "$name" 2>/dev/null && return 0
  done
  return 1
}

# debian PACKAGE installs a Debian package where this user may. RUNLEVEL=1 keeps its service from being started.
debian() {
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
  echo "installing Debian package $1" >&2
  if [ ! -e "$work/apt-updated" ]; then
    apt-get update -qq >&2 || return 1
    : >"$work/apt-updated"
  fi
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >"$work/apt.log" 2>&1 && return 0
  tail -n 5 "$work/apt.log" >&2
  return 1
}

redis_server() {
  first redis-server valkey-server || { debian redis-server && first redis-server valkey-server; }
}

chromium_browser() {
  first chromium chromium-browser google-chrome google-chrome-stable || { debian chromium && first chromium; }
}

ruby_interpreter() {
  first ruby || { debian ruby && first ruby; }
}

# golangci_lint installs the pinned version from source into the cache, apart from this module's go.mod.
golangci_lint() {
  local binary=$cache/bin/golangci-lint
  if ! "$binary" version 2>/dev/null | grep -qF "version ${golangci_version#v}"; then
    echo "installing golangci-lint $golangci_version (about two minutes)" >&2
    mkdir -p "$cache/bin"
    (cd "$work" && GOBIN=$cache/bin GOFLAGS= go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$golangci_version") \
      >"$work/golangci.log" 2>&1 || { tail -n 3 "$work/golangci.log" >&2; return 1; }
  fi
  echo "$binary"
}

# uv_tool installs uv, which fills a venv in a fifth of pip's time, and prints its path.
uv_tool() {
  local folder=$cache/uv-$uv_version
  if [ ! -x "$folder/bin/uv" ]; then
    [ ! -e "$work/uv.log" ] || return 1 # tried before
    rm -rf "$folder"
    { python3 -m venv "$folder" && "$folder/bin/pip" install -q --no-compile --disable-pip-version-check "uv==$uv_version"; } >"$work/uv.log" 2>&1 ||
      return 1
  fi
  echo "$folder/bin/uv"
}

# python_venv FILE makes a venv with the requirements of FILE, once per content of FILE and version of Python, and prints its interpreter.
python_venv() {
  local key venv uv
  key=$({ python3 --version && cat "$1"; } 2>/dev/null | cksum | cut -d' ' -f1) || return 1
  venv=$cache/venv-$key
  if [ ! -e "$venv/.complete" ]; then
    [ ! -e "$work/pip-$key.log" ] || { tail -n 3 "$work/pip-$key.log" >&2; return 1; } # tried before
    echo "installing $1 into $venv" >&2
    rm -rf "$venv"
    {
      { uv=$(uv_tool) && python3 -m venv --without-pip "$venv" &&
        UV_CACHE_DIR=$cache/uv UV_NO_PROGRESS=1 "$uv" pip install -q --python "$venv/bin/python" -r "$1"; } ||
        { rm -rf "$venv" && python3 -m venv "$venv" &&
          "$venv/bin/pip" install -q --no-compile --prefer-binary --disable-pip-version-check -r "$1"; }
    } >"$work/pip-$key.log" 2>&1 || { tail -n 3 "$work/pip-$key.log" >&2; return 1; }
    : >"$venv/.complete"
  fi
  echo "$venv/bin/python"
}

prefetch_pid=

# prefetch_venvs installs what the step sdk needs while other steps run.
prefetch_venvs() {
  command -v python3 >/dev/null 2>&1 || return 0
  set -m # a process group of its own, so that it can be ended with its children
  (
    renice -n 10 "$BASHPID" >/dev/null 2>&1
    for list in test/sdk/requirements-*.txt; do python_venv "$list"; done
  ) >"$work/prefetch.log" 2>&1 &
  prefetch_pid=$!
  set +m
  trap 'prefetch_stop; cleanup' EXIT
}

# prefetch_wait waits until all of it is there.
prefetch_wait() {
  [ -n "$prefetch_pid" ] || return 0
  local waited=$SECONDS
  wait "$prefetch_pid" 2>/dev/null
  prefetch_pid=
  [ $((SECONDS - waited)) -lt 2 ] || note "waited $((SECONDS - waited)) s for the Python packages"
}

prefetch_stop() {
  [ -n "$prefetch_pid" ] || return 0
  kill -- "-$prefetch_pid" 2>/dev/null
  wait "$prefetch_pid" 2>/dev/null
  prefetch_pid=
}

# race_works says whether this machine can build with the race detector (it needs cgo and a C compiler).
race_works() {
  [ "$(go env CGO_ENABLED)" = 1 ] && command -v "$(go env CC)" >/dev/null 2>&1
}
