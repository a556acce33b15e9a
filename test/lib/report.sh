# Counting and reporting, sourced by test/run.
# Every "go test" goes through gotest, which pipes its -json stream into test/arch/tally; the numbers come from there alone.

work=            # private folder of this run, removed at the end
step=            # the step that runs now
step_started=0
step_notes=      # what the step wants told in the summary
checks_failed=0  # failed checks of the whole run that are no Go tests (gofmt, tidy, ...)

start() {
  work=$(mktemp -d "${TMPDIR:-/tmp}/annohook-test.XXXXXX") || return 1
  trap cleanup EXIT
  trap 'exit 130' INT TERM
  : >"$work/summary"
  : >"$work/again"
  if ! go build -o "$work/tally" ./test/arch/tally; then
    echo "test/run: test/arch/tally does not build" >&2
    return 1
  fi
}

cleanup() {
  redis_stop
  [ -n "$work" ] && rm -rf "$work"
}

# begin STEP starts a step of the summary.
begin() {
  step=$1
  step_started=$SECONDS
  step_notes=
  : >"$work/counts"
  : >"$work/failures"
  printf '\n=== %s\n' "$step"
}

# note TEXT adds a remark to the step's line in the summary.
note() {
  echo "$step: $1"
  step_notes="${step_notes:+$step_notes; }$1"
}

# skip WHAT REASON says that something did not run.
skip() { note "skipped $1: $2"; }

# check NAME COMMAND... runs a check that is no Go test; its failure counts as one.
check() {
  local name=$1
  shift
  if "$@"; then
    echo "ok: $name"
  else
    fail "$name"
  fi
}

# fail TEXT records one failure.
fail() {
  echo "FAIL: $1"
  echo "$1" >>"$work/failures"
  echo "$step: FAIL: $1" >>"$work/again"
}

# gotest ARGS... runs "go test -json ARGS" and prints it readably. It prints each test's name where V or CI is set. The step lint vets all
# packages at once, and no debugger looks at the binaries: both would cost a fifth of the time that building takes.
gotest() {
  local mode= before
  { [ "${CI:-}" = true ] || [ -n "${V:-}" ]; } && mode=-names
  [ -n "${TALLY_ALL:-}" ] && mode=-all
  before=$(total 2)
  go test -json -vet=off -ldflags '-s -w' "$@" </dev/null 2>&1 | "$work/tally" $mode -out "$work/counts" -again "$work/again"
  local codes=("${PIPESTATUS[@]}")
  if [ "${codes[0]}" -ne 0 ] && [ "$(total 2)" -eq "$before" ]; then
    fail "go test $* ended with ${codes[0]} without a failed test"
  fi
  [ "${codes[0]}" -eq 0 ]
}

# total N adds up column N of this step's counts: 1 passed, 2 failed, 3 skipped, 4 benchmarks.
total() { awk -v n="$1" '{ s += $n } END { print s + 0 }' "$work/counts"; }

# finish writes the step's line.
finish() {
  local broken
  broken=$(wc -l <"$work/failures")
  checks_failed=$((checks_failed + broken))
  if [ "$broken" -gt 0 ]; then
    step_notes="${step_notes:+$step_notes; }failed: $(paste -sd, "$work/failures" | sed 's/,/, /g')"
  fi
  if [ "$(total 4)" -gt 0 ]; then
    step_notes="${step_notes:+$step_notes; }$(total 4) benchmarks"
  fi
  printf '%s\t%d\t%d\t%d\t%d\t%s\n' "$step" "$(total 1)" $(($(total 2) + broken)) "$(total 3)" \
    $((SECONDS - step_started)) "$step_notes" >>"$work/summary"
}

# summary prints the failures once more, the table and the last line, and gives the exit code of the run. Where only the end of a log is
# kept, as CI does, a failure of the first step would otherwise be a bare number.
summary() {
  local passed failed skipped
  if [ -s "$work/again" ]; then
    printf '\n=== what failed, once more\n'
    head -c 16000 "$work/again"
  fi
  printf '\n=== summary\n'
  printf '%-8s %7s %7s %8s %6s  %s\n' step passed failed skipped time note
  awk -F'\t' '{ printf "%-8s %7d %7d %8d %5ds  %s\n", $1, $2, $3, $4, $5, $6 }' "$work/summary"
  passed=$(awk -F'\t' '{ s += $2 } END { print s + 0 }' "$work/summary")
  failed=$(awk -F'\t' '{ s += $3 } END { print s + 0 }' "$work/summary")
  skipped=$(awk -F'\t' '{ s += $4 } END { print s + 0 }' "$work/summary")
  if [ "$checks_failed" -gt 0 ]; then
    echo "$checks_failed of the failures are checks rather than Go tests; the note names them"
  fi
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
