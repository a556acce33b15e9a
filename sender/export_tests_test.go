package sender_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
)

// nasty is a request full of what a generated program could get wrong.
func nasty(url string) sender.Request {
	r := sender.Request{
		Method: "POST", URL: url + "/hook/it's%20here?a=\"1\"&b=%C3%A9&c={x}",
		Header: payloads.H("webhook-id", "msg_1", "X-Odd", `it's "$HOME" \ %s {{.}} `+"`id`", "content-type", "application/json", "X-Empty", ""),
		Body:   []byte("{\"a\": \"caf\u00e9 \u202e `x` '''\\n\"}\n\x00\xff\r\n\"\"\" %d"),
	}
	r.Policy.Timeout = 5 * time.Second
	return r
}

// TestGeneratedTestsSendTheSameRequest runs both in their languages, against a listener that accepts and one that refuses.
func TestGeneratedTestsSendTheSameRequest(t *testing.T) {
	got := make(chan string, 4)
	var answer atomic.Value
	answer.Store(okReply)
	url := rawServer(t, func(c net.Conn) {
		raw, _ := readRequest(bufio.NewReader(c))
		got <- raw
		io.WriteString(c, answer.Load().(string))
	})
	r := nasty(url)
	record := newSender(t).Do(context.Background(), r).Request
	want := parts(<-got)
	for _, tc := range []struct {
		name, tool, file string
		print            func(string, sender.RequestRecord, []byte) ([]byte, error)
		args             []string
	}{
		{"go", "go", "listener_test.go", sender.GoTest, []string{"test", "-count=1", "listener_test.go"}},
		{"python", "python3", "test_listener.py", sender.Pytest, []string{"test_listener.py"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := exec.LookPath(tc.tool); err != nil {
				t.Skipf("%s is not on the PATH of this machine", tc.tool)
			}
			source, err := tc.print("attempt 1 of \n*/ \"\"\" it", record, r.Body)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, tc.file), source, 0o600); err != nil {
				t.Fatal(err)
			}
			run := func() ([]byte, error) {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
				defer cancel()
				cmd := exec.CommandContext(ctx, tc.tool, tc.args...)
				cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=", "GO111MODULE=off", "PYTHONDONTWRITEBYTECODE=1")
				return cmd.CombinedOutput()
			}
			if out, err := run(); err != nil {
				t.Fatalf("%v: %s\n%s", err, out, source)
			}
			if diff := cmp.Diff(want, parts(<-got)); diff != "" {
				t.Errorf("request differs (-sender +generated):\n%s", diff)
			}
			answer.Store("HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnope")
			defer answer.Store(okReply)
			out, err := run()
			<-got
			if err == nil || !strings.Contains(string(out), "401") || !strings.Contains(string(out), "nope") {
				t.Errorf("a refusal gives %v: %s", err, out)
			}
		})
	}
}

// TestGeneratedTestsHoldNothingHidden: what is pasted into an editor shows all it does, and no secret.
func TestGeneratedTestsHoldNothingHidden(t *testing.T) {
	req := sender.RequestRecord{
		Method: "POST\nimport", URL: "http://u:p@h.example/\u202e?x=\n", Header: payloads.H("X-Key", "********", "X-\u202eA", "\u202e\x00", "User-Agent", "a"),
	}
	for name, print := range map[string]func(string, sender.RequestRecord, []byte) ([]byte, error){"go": sender.GoTest, "python": sender.Pytest} {
		source, err := print("about\u202e\nimport os", req, []byte("\u202e\x00"))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range string(source) {
			if r >= 0x7f || r < ' ' && r != '\n' && r != '\t' {
				t.Errorf("%s holds %U:\n%s", name, r, source)
				break
			}
		}
		if !strings.Contains(string(source), "The value of X-Key was a secret") || strings.Contains(string(source), "u:p@") {
			t.Errorf("%s:\n%s", name, source)
		}
	}
}
