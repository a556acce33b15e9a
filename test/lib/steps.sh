# The steps, one function each, sourced by test/run.

# packages lists the packages outside test/ whose path below the module matches the extended regular expression, or with "not" does not.
# Packages that do not build are listed too (-e), so that they fail instead of being left out.
packages() {
  local module invert=
  [ "$1" = not ] && { invert=-v; shift; }
  module=$(go list -m)
  go list -e ./... | grep -vE "^$module/test(/|$)" | grep $invert -E "^$module/($1)(/|$)"
}

# has_tests FOLDER says whether it holds any Go test, and notes it where it does not.
has_tests() {
  if [ -d "$1" ] && find "$1" -name '*_test.go' | grep -q .; then
    return 0
  fi
  note "no tests of that kind yet ($1 holds none)"
  return 1
}

# at_least_one fails a step whose folder has tests of which none ran.
at_least_one() {
  [ $(($(total 1) + $(total 2) + $(total 3) + $(total 4))) -gt 0 ] || fail "no test ran"
}

step_unit() {
  # Where goroutines share state. The rest is sequential and would cost minutes of instrumented builds.
  local concurrent='sender|scheduler|subscriptions|web|cmd' race=-race
  case "${RACE:-}" in
    0) race= ;;
    1) concurrent='.*' ;;
  esac
  if [ -n "$race" ] && ! race_works; then
    skip "the race detector" "this machine has no C compiler for cgo"
    race=
  fi
  note "what needs a real Redis runs in the step redis"
  set -- -count=1 -shuffle=on -timeout 5m -skip 'OnRedis|/^redis$'
  if [ -z "$race" ]; then
    gotest "$@" $(packages '.*')
  else
    gotest -race "$@" $(packages "$concurrent")
    [ "${RACE:-}" = 1 ] || gotest "$@" $(packages not "$concurrent")
  fi
  at_least_one
}

step_redis() {
  local server
  if ! server=$(redis_server); then
    skip "the suites on a real Redis" "no redis-server or valkey-server on the PATH, and it could not be installed"
    return
  fi
  if ! redis_start "$server"; then
    fail "redis-server did not start"
    return
  fi
  note "$("$server" --version | cut -d' ' -f1-3)"
  ANNOHOOK_TEST_REDIS=$redis_url gotest -run . -count=1 -timeout 5m ./subscriptions/... ./sender/history/... ./scheduler/...
  redis_stop
  at_least_one
}

# binary builds the program once for the steps that run it.
binary() {
  [ -x "$work/annohook" ] && return 0
  go build -o "$work/annohook" ./cmd/annohook || { fail "cmd/annohook does not build"; return 1; }
}

# end_to_end ARGS... runs the tests that ARGS name on the built binary.
end_to_end() {
  local server
  binary || return
  if ! server=$(redis_server); then
    server=
    skip "tests on a supervised or shared Redis" "no redis-server or valkey-server on the PATH, and it could not be installed"
  fi
  ANNOHOOK_TEST_BINARY=$work/annohook ANNOHOOK_TEST_REDIS_SERVER=$server gotest -count=1 "$@"
  at_least_one
}

# Its tests wait more than they work, so more of them run at a time than there are cores.
step_e2e() { has_tests test/e2e && end_to_end -parallel 4 -skip '^Test(Soak|Chaos)$' -timeout 15m ./test/e2e/... ./test/readme/...; }

step_soak() {
  local time=${SOAKTIME:-10m}
  [ "${CI:-}" = true ] && time=${SOAKTIME:-45s}
  has_tests test/e2e && ANNOHOOK_SOAK=$time end_to_end -run '^TestSoak$' -timeout 2h ./test/e2e
}

step_chaos() {
  local kills=${KILLS:-50}
  [ "${CI:-}" = true ] && kills=${KILLS:-3}
  has_tests test/e2e && ANNOHOOK_CHAOS=$kills end_to_end -run '^TestChaos$' -timeout 2h ./test/e2e
}

# step_sdk names the interpreter of each test/sdk/requirements-NAME.txt in ANNOHOOK_TEST_PYTHON_NAME; "none" where it could not be installed.
step_sdk() {
  local list name python settings=
  has_tests test/sdk || return
  binary || return
  prefetch_wait
  ruby_interpreter >/dev/null || skip "what needs Ruby" "there is no ruby on the PATH, and it could not be installed"
  for list in test/sdk/requirements-*.txt; do
    name=$(basename "$list" .txt)
    name=${name#requirements-}
    if ! python=$(python_venv "$list"); then
      python=none
      skip "what needs $list" "there is no python3, or those packages could not be installed"
    fi
    settings="$settings ANNOHOOK_TEST_PYTHON_$(printf %s "$name" | tr 'a-z-' 'A-Z_')=$python"
  done
  ( export ANNOHOOK_TEST_BINARY=$work/annohook $settings; gotest -count=1 -timeout 10m ./test/sdk/... ./test/recipes/... )
  at_least_one
}

# step_browser keeps KEPT thousand deliveries where it weighs and times the first page.
step_browser() {
  local browser server kept=${KEPT:-100}
  [ "${CI:-}" = true ] && kept=${KEPT:-5}
  has_tests test/browser || return
  binary || return
  if ! browser=$(chromium_browser); then
    skip "the browser tests" "no Chromium on the PATH, and it could not be installed"
    return
  fi
  if ! server=$(redis_server); then
    server=
    skip "browser tests on a shared Redis" "no redis-server or valkey-server on the PATH, and it could not be installed"
  fi
  # Most of the time they wait for the browser, so more than one a core.
  ANNOHOOK_TEST_BINARY=$work/annohook ANNOHOOK_TEST_CHROMIUM=$browser ANNOHOOK_TEST_REDIS_SERVER=$server ANNOHOOK_TEST_KEPT=$kept \
    gotest -count=1 -parallel 4 -timeout 10m ./test/browser/...
  at_least_one
}

step_bench() {
  has_tests test/bench || return
  binary || return
  ANNOHOOK_TEST_BINARY=$work/annohook ANNOHOOK_TEST_REDIS_SERVER=$(redis_server) TALLY_ALL=1 \
    gotest -run '^$' -bench . -count=1 -timeout 15m ./test/bench/...
  at_least_one
}

step_lint() {
  local linter
  check gofmt nothing_printed gofmt -l cmd configs payloads scheduler sender subscriptions test web
  check "go vet" go vet ./...
  tidy
  if linter=$(golangci_lint); then
    check golangci-lint "$linter" run --allow-parallel-runners ./...
  else
    linter=
    skip golangci-lint "$golangci_version could not be installed from the Go module proxy"
  fi
  ANNOHOOK_TEST_GOLANGCI=$linter gotest -count=1 -timeout 10m ./test/arch/... ./test/deploy/...
  echo "--- sizes"
  check "size report" go run ./test/arch/report
}

# nothing_printed COMMAND... succeeds when the command does and prints nothing.
nothing_printed() {
  local out
  out=$("$@" 2>&1) && [ -z "$out" ] && return 0
  printf '%s\n' "$out"
  return 1
}

# tidy compares go.mod with the imports. Without the module proxy it cannot, which is no failure of the code.
tidy() {
  if go mod tidy -diff >"$work/tidy.diff" 2>"$work/tidy.err"; then
    echo "ok: go mod tidy -diff"
  elif [ -s "$work/tidy.diff" ]; then
    head -n 40 "$work/tidy.diff"
    fail "go mod tidy -diff"
  elif grep -qE 'dial tcp|no such host|connection refused|i/o timeout|module lookup disabled' "$work/tidy.err"; then
    skip "go mod tidy -diff" "the module proxy is out of reach"
  else
    cat "$work/tidy.err"
    fail "go mod tidy -diff"
  fi
}

# fuzz_ended_late tells the fuzzer's own fault from a finding: up to Go 1.26 a run whose time is over may end in a bare "context deadline
# exceeded" (golang/go#75804). A finding always writes its input.
fuzz_ended_late() {
  grep -q '"Output":" *context deadline exceeded' "$1" && ! grep -qE 'ailing input written|panic:|fatal error:' "$1"
}

# fuzz_binary FOLDER is where the instrumented tests of a package come to lie. go test -fuzz would link them for every target.
fuzz_binary() { echo "$work/$(echo "$1" | tr / -).fuzz"; }

# fuzz_builds builds every package that has a target, in the order in which they are needed, while earlier ones already fuzz. Where one
# does not build, BINARY.log stays and BINARY.done comes without BINARY.
fuzz_builds() {
  local folder binary
  cut -d: -f1 "$work/fuzz.targets" | xargs -n 1 dirname | awk '!seen[$0]++' | while read -r folder; do
    binary=$(fuzz_binary "$folder")
    go test -c -fuzz . -ldflags '-s -w' -o "$binary" "./$folder" >"$binary.log" 2>&1 </dev/null && rm "$binary.log"
    : >"$binary.done"
  done
}

# fuzz FILE NAME TIME LOG runs one target on one core, once more where it only ended late. Its output is LOG, its exit code LOG.code.
# Corpora are kept where go test keeps them. Without a bound, making one interesting input smaller may take a minute, which is all there is.
fuzz() {
  local try code folder binary package
  folder=$(dirname "$1")
  binary=$(fuzz_binary "$folder")
  package=$fuzz_module/$folder
  until [ -e "$binary.done" ]; do sleep 0.1; done
  [ -e "$binary" ] || return
  for try in 1 2; do
    (cd "$folder" && "$binary" -test.run '^$' -test.fuzz "^$2\$" -test.fuzztime "$3" -test.fuzzminimizetime 200ms -test.parallel 1 -test.timeout 0 \
      -test.paniconexit0 -test.fuzzcachedir "$fuzz_cache/$package" -test.v=test2json 2>&1; echo $? >"$4.code") </dev/null |
      go tool test2json -t -p "$package" >"$4"
    read -r code <"$4.code"
    [ "$code" -ne 0 ] && [ "$try" = 1 ] && fuzz_ended_late "$4" || break
  done
  echo "$code $try" >"$4.code"
}

# fuzz_worker TIME runs targets until none is left; mkdir claims one.
fuzz_worker() {
  local i=0 file name
  while IFS=: read -r file name; do
    mkdir "$work/fuzz.$i.taken" 2>/dev/null && fuzz "$file" "$name" "$1" "$work/fuzz.$i"
    i=$((i + 1))
  done <"$work/fuzz.targets"
}

# fuzz_count FILE NAME LOG counts what fuzz left.
fuzz_count() {
  local code=unknown try=1 before log
  echo "fuzz $1 $2"
  log=$(fuzz_binary "$(dirname "$1")").log
  if [ -e "$log" ]; then
    cat "$log"
    fail "the fuzz target $2 does not build"
    return
  fi
  [ -e "$3.code" ] && read -r code try <"$3.code"
  [ "$try" = 1 ] || note "$2 ended late without a finding and ran again"
  before=$(total 2)
  "$work/tally" -out "$work/counts" -again "$work/again" <"$3"
  if [ "$code" != 0 ] && [ "$(total 2)" -eq "$before" ]; then
    fail "fuzzing $2 ended with $code without a failed test"
  fi
}

# step_fuzz runs as many targets at a time as there are cores, each on one of them; in CI twice as many, to stay within its time.
step_fuzz() {
  local time=${FUZZTIME:-60s} file name i=0 pids cores fuzz_module fuzz_cache
  [ "${CI:-}" = true ] && time=${FUZZTIME:-4s}
  cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
  [ "${CI:-}" = true ] && cores=$((cores * 2))
  fuzz_module=$(go list -m)
  fuzz_cache=$(go env GOCACHE)/fuzz
  note "$time for each target, $cores at a time"
  fuzz_targets >"$work/fuzz.targets"
  fuzz_builds &
  pids=$!
  while [ "$i" -lt "$cores" ]; do
    fuzz_worker "$time" &
    pids="$pids $!"
    i=$((i + 1))
  done
  wait $pids
  i=0
  while IFS=: read -r file name; do
    fuzz_count "$file" "$name" "$work/fuzz.$i"
    i=$((i + 1))
  done <"$work/fuzz.targets"
  at_least_one
}

# fuzz_targets prints file:name of every fuzz target, those first whose packages build soonest.
fuzz_targets() {
  local top
  for top in subscriptions payloads configs sender scheduler web test cmd; do
    find "$top" -name '*_test.go' -print0 | LC_ALL=C sort -z | xargs -0 grep -HoE '^func Fuzz[A-Za-z0-9_]*' | sed 's/:func /:/'
  done
}
