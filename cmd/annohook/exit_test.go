package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/configs"
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/web/client"
)

func TestExitCodeOfErrors(t *testing.T) {
	t.Parallel()
	problem := func(status int) error { return &client.Problem{Status: status} }
	tests := []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errUnmet, 1},
		{errNothing, 1},
		{&scheduler.NoMatchError{}, 1},
		{problem(http.StatusConflict), 1},
		{&usageError{"x"}, 2},
		{&app.UsageError{Message: "x"}, 2},
		{&configs.Error{Where: "x"}, 2},
		{&scheduler.InvalidError{}, 2},
		{&payloads.PathError{}, 2},
		{payloads.ErrUnknown, 2},
		{sender.ErrURL, 2},
		{sender.ErrBlocked, 2},
		{problem(http.StatusBadRequest), 2},
		{problem(http.StatusUnauthorized), 2},
		{problem(http.StatusNotFound), 2},
		{problem(http.StatusUnprocessableEntity), 2},
		{client.ErrUnreachable, 3},
		{app.ErrUnreachable, 3},
		{errUnreachable, 3},
		{errNotReady, 3},
		{problem(http.StatusServiceUnavailable), 3},
		{problem(http.StatusBadGateway), 3},
		{problem(http.StatusTooManyRequests), 3},
		{&localError{errors.New("x")}, 4},
		{&fs.PathError{Err: fs.ErrNotExist}, 4},
		{errTimedOut, 5},
		{context.DeadlineExceeded, 5},
		{fmt.Errorf("%w: %w", errTimedOut, client.ErrUnreachable), 5},
		{errors.New("anything else"), 20},
		{problem(http.StatusInternalServerError), 20},
		{context.Canceled, 130},
		{&localError{context.Canceled}, 130},
	}
	for _, tc := range tests {
		for _, err := range []error{tc.err, wrapped(tc.err)} {
			if got := exitCode(err); got != tc.want {
				t.Errorf("exitCode(%T %v) = %d, want %d", err, err, got, tc.want)
			}
		}
	}
}

func wrapped(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("while testing: %w", err)
}

// TestExitCodesOfCommands runs each class of failure from the command line.
func TestExitCodesOfCommands(t *testing.T) {
	t.Parallel()
	dead := deadURL(t)
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { busy.Close() })
	odd := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "not ours") }))
	t.Cleanup(odd.Close)
	tests := []struct {
		args string
		code int
		says string
	}{
		{"", 0, "Usage"},
		{"--help", 0, "Usage"},
		{"version", 0, "annohook test"},
		{"--version", 0, "annohook test"},
		{"fly", 2, "unknown command"},
		{"trigge", 2, "trigger"}, // did you mean
		{"version --colour red", 2, "--colour"},
		{"version extra", 2, "extra"},
		{"version -o yaml", 2, "text, json, jsonl"},
		{"deliveries", 2, "list"},
		{"deliveries fly", 2, `unknown command "fly"; annohook deliveries has: cancel, export, list`},
		{"deliveries lsit", 2, `"lsit": did you mean list?`},
		{"completion bsh", 2, "did you mean bash?"},
		{"subscriptions list --sever x", 2, "unknown flag --sever: did you mean --server?"},
		{"subscriptions list --ouptut json", 2, "did you mean --output?"},
		{"verify argilla --request - --body x", 2, "--request and --body cannot be given together"},
		{"subscriptions update one --enable --disable", 2, "--enable and --disable cannot be given together"},
		{"config show --config /no/such/file.yaml", 4, "no such file"},
		{"config show --time-scale -1", 2, "--time-scale"},
		{"serve --roles worker", 2, "--redis"},
		{"serve --roles worker --redis memory", 2, "--redis"},
		{"serve --roles api --redis memory", 2, "worker"},
		{"serve --roles cook", 2, "--roles"},
		{"serve --addr 0.0.0.0:0 --redis memory", 2, "--token"},
		{"serve --redis memory --addr " + busy.Addr().String(), 4, "--addr"},
		{"serve --redis redis://127.0.0.1:1/0 --addr 127.0.0.1:0", 3, "redis"},
		{"serve --redis ftp://127.0.0.1", 2, "--redis"},
		{"serve --demo --roles api --redis redis://127.0.0.1:1", 2, "--demo"},
		{"subscriptions list --server " + dead, 3, "annohook serve"},
		{"deliveries list --limit 0 --server " + dead, 2, "--limit"},
		{"deliveries list --server " + odd.URL, 3, "something else"},
		{"deliveries tail --server " + dead, 3, "annohook serve"},
		{"deliveries tail --count -1 --server " + dead, 2, "--count"},
		{"listen --platform argilla --count -1", 2, "--count"},
		{"listen --platform argilla --timeout 1s", 2, "--count"},
		{"ready --server " + dead, 3, "annohook: not ready: the server cannot be reached"},
		{"ready --wait --timeout 150ms --server " + dead, 5, "timed out"},
		{"ready --timeout 0s --server " + dead, 2, "--timeout"},
		{"trigger argilla", 2, "an argument is missing: annohook trigger PLATFORM EVENT"},
		{"trigger nowhere record.completed --to http://127.0.0.1:1", 2, "argilla"},
		{"trigger argilla nothing --to http://127.0.0.1:1", 2, "record.completed"},
		{"trigger argilla record.completed --to ftp://127.0.0.1", 2, "http"},
		{"trigger argilla record.completed --to http://169.254.169.254/", 2, "link-local"},
		{"trigger argilla record.completed --to " + dead, 3, "refused"},
		{"trigger argilla record.completed --server " + dead, 3, "annohook serve"},
		{"trigger argilla record.completed --to " + dead + " --server " + dead, 2, "--server"},
		{"trigger argilla record.completed --retry", 2, "--to"},
		{"trigger argilla record.completed --dry-run --set nothing", 2, "path=value"},
		{"trigger argilla record.completed --dry-run --set-json a=[", 2, "not JSON"},
		{"trigger argilla record.completed --dry-run --set typ=x", 2, `did you mean "type"`},
		{"trigger argilla record.completed --dry-run --merge [1]", 2, "--merge"},
		{"trigger argilla record.completed --dry-run --body @/no/such/file", 4, "no such file"},
		{"trigger argilla record.completed --dry-run --body {} --set type=x", 2, "--body"},
		{"trigger argilla record.completed --dry-run --seed -1", 2, "--seed"},
		{"trigger argilla record.completed --dry-run --seed 9007199254740992", 2, "--seed"},
		{"trigger argilla record.completed --dry-run --now today", 2, "--now"},
		{"trigger argilla record.completed --dry-run --profile 1.0", 2, "2.8"},
		{"trigger argilla ping --dry-run --variant odd", 2, "no variants"},
		{"trigger argilla record.completed --dry-run --variant odd", 2, "one of"},
		{"trigger argilla record.completed --dry-run --secret %%%", 2, "secret"},
		{"trigger label-studio TASKS_CREATED --dry-run --secret x", 2, "signs nothing"},
		{"trigger argilla record.completed --dry-run --count 0", 2, "--count"},
		{"trigger argilla record.completed --dry-run --rate fast", 2, "--rate"},
		{"trigger argilla record.completed --dry-run --expect status", 2, "--expect"},
		{"trigger argilla record.completed --dry-run --wait never", 2, "--wait"},
		{"trigger argilla record.completed --dry-run --wait 1s --timeout 2s", 2, "--timeout"},
		{"trigger argilla record.completed ping --idempotency-key k", 2, "--idempotency-key"},
		{"sign label-studio --secret x", 2, "signs nothing"},
		{"sign argilla", 2, "--secret"},
		{"sign argilla --secret %%%", 2, "--secret"},
		{"sign toloka --secret x --at noon", 2, "--at"},
		{"sign toloka --secret x --random 00", 2, "--random"},
		{"sign toloka --secret x --secret-file y", 2, "--secret-file"},
		{"verify label-studio --secret x", 2, "nothing to verify"},
		{"verify toloka --secret x --request nonsense", 2, "--request"},
		{"verify toloka --secret x --request @x --body y", 2, "body"},
		{"verify toloka --secret x --header nonsense", 2, "--header"},
		{"verify datasaur --secret x --body {}", 1, "expectation"},
		{"listen", 2, "platform"},
		{"listen --platform argilla --respond 99", 2, "--respond"},
		{"listen --platform argilla --timeout 1s", 2, "--timeout"},
		{"listen --platform argilla --delay -1s", 2, "--delay"},
		{"listen --platform argilla --addr " + busy.Addr().String(), 4, "--addr"},
		{"listen --platform argilla --addr 127.0.0.1:0 --count 1 --timeout 50ms", 5, "0 of 1 request"},
		{"dev http://127.0.0.1:1/ --platform nowhere", 2, "argilla"},
		{"dev http://127.0.0.1:1/ --platform argilla --redis redis://127.0.0.1:1 --roles api", 2, "both roles"},
		{"platforms nowhere", 2, "argilla"},
		{"platforms argilla --schema", 2, "event type"},
		{"platforms argilla nothing", 2, "record.completed"},
		{"platforms argilla ping --seed x", 2, "--seed"},
		{"subscriptions add argilla", 2, "--url"},
		{"subscriptions update x --server " + dead, 2, "nothing to change"},
		{"subscriptions add argilla http://x --retry soon --server " + dead, 2, "--retry"},
		{"subscriptions add argilla http://x --scope 1 --server " + dead, 2, "--scope"},
		{"subscriptions add argilla http://x --quirk a=b --server " + dead, 2, "--quirk"},
		{"deliveries replay --server " + dead, 2, "filter"},
		{"deliveries replay x --status failed --server " + dead, 2, "filter"},
		{"deliveries tail -o json --server " + dead, 2, "jsonl"},
		{"completion bash", 0, "annohook"},
		{"completion fish", 0, "annohook"},
	}
	for _, tc := range tests {
		t.Run(strings.ReplaceAll(tc.args, "/", "|"), func(t *testing.T) {
			t.Parallel()
			call(t, strings.Fields(tc.args)...).want(t, tc.code, tc.says)
		})
	}
}

// deadURL is an address where nothing listens.
func deadURL(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{
		{"ready", "--wait", "--server", deadURL(t)},
		{"trigger", "argilla", "ping", "--to", deadURL(t)},
		{"listen", "--platform", "argilla", "--addr", "127.0.0.1:0", "--count", "1"},
	} {
		var out, errOut bytes.Buffer
		p := &process{in: strings.NewReader(""), out: &out, errOut: &errOut, now: time.Now, random: rand.Reader}
		if code := p.run(ctx, args); code != exitInterrupted {
			t.Errorf("%v: exit code %d, want %d: %s", args, code, exitInterrupted, errOut.String())
		}
	}
}

// TestRun goes through the function that main calls, with the environment of this process.
func TestRun(t *testing.T) {
	t.Setenv("ANNOHOOK_SERVER", "http://127.0.0.1:1")
	t.Setenv("ANNOHOOK_CONFIG", "")
	var out, errOut bytes.Buffer
	if code := run(t.Context(), []string{"config", "show", "--origin", "-o", "jsonl"}, os.Stdin, &out, &errOut); code != 0 {
		t.Fatalf("exit code %d: %s", code, errOut.String())
	}
	if !strings.Contains(out.String(), `{"name":"server","value":"http://127.0.0.1:1","origin":"environment","where":"ANNOHOOK_SERVER"}`) {
		t.Errorf("the environment is not seen: %s", out.String())
	}
	t.Setenv("ANNOHOOK_SEVER", "x")
	errOut.Reset()
	if code := run(t.Context(), []string{"config", "show"}, os.Stdin, io.Discard, &errOut); code != exitUsage || !strings.Contains(errOut.String(), "ANNOHOOK_SERVER") {
		t.Errorf("exit code %d, want %d with the name that was meant: %s", code, exitUsage, errOut.String())
	}
}

func TestOutputThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"platforms"}, {"platforms", "argilla", "-o", "json"}, {"version"}} {
		p := &process{in: strings.NewReader(""), out: broken{}, errOut: io.Discard, now: time.Now, random: rand.Reader}
		if code := p.run(t.Context(), args); code == exitOK {
			t.Errorf("%v: exit code 0 although nothing was printed", args)
		}
	}
}
