package sdk_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/test/program"
)

// realServer is the Label Studio of the Python index, run by label_studio_server.py.
type realServer struct {
	Version      string `json:"version"`
	Requests     string `json:"requests"` // version of the library it sends with
	Token        string `json:"token"`
	Refresh      string `json:"refresh"`
	Organization int    `json:"organization"`

	url   string
	stdin io.Writer
	lines *bufio.Scanner
}

// startsAnswering bounds the start of the real server, which takes six seconds on an idle machine and more the first time.
const startsAnswering = 3 * time.Minute

// startRealServer runs it in a folder of its own on a free loopback port, until the end of the test.
func startRealServer(tb testing.TB, interpreter string) *realServer {
	tb.Helper()
	port := freePort(tb)
	cmd := exec.CommandContext(context.WithoutCancel(tb.Context()), interpreter, "label_studio_server.py", tb.TempDir(), strconv.Itoa(port))
	cmd.Env = program.Environment()
	log := &lockedBuffer{}
	cmd.Stderr = log
	stdin, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	late := time.AfterFunc(startsAnswering, func() { _ = cmd.Process.Kill() }) // ends the scan below
	tb.Cleanup(func() {
		_ = stdin.Close() // at which it ends by itself
		end := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // told to end, it may end with any code
		end.Stop()
		if tb.Failed() {
			tb.Logf("stderr of Label Studio:\n%s", log)
		}
	})
	s := &realServer{url: "http://127.0.0.1:" + strconv.Itoa(port), stdin: stdin, lines: bufio.NewScanner(stdout)}
	s.lines.Buffer(nil, 1<<20)
	s.answer(tb, s)
	for {
		status, _, err := call(tb, http.MethodGet, s.url+"/health", "", nil)
		if err == nil && status == http.StatusOK {
			late.Stop()
			return s
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// answer reads the next line of JSON. The server's own lines are no JSON.
func (s *realServer) answer(tb testing.TB, out any) {
	tb.Helper()
	for s.lines.Scan() {
		if text := s.lines.Bytes(); bytes.HasPrefix(text, []byte("{")) {
			if err := json.Unmarshal(text, out); err != nil {
				tb.Fatal(err)
			}
			return
		}
	}
	tb.Fatalf("Label Studio ended: %v", s.lines.Err())
}

// order has the running server do what its API does not offer.
func (s *realServer) order(tb testing.TB, order map[string]any) {
	tb.Helper()
	line, err := json.Marshal(order)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := s.stdin.Write(append(line, '\n')); err != nil {
		tb.Fatal(err)
	}
	var answer struct {
		Done bool `json:"done"`
	}
	s.answer(tb, &answer)
	if !answer.Done {
		tb.Fatalf("%s was not done", line)
	}
}

// call makes one request and returns status, and body. It follows no redirect: an API that redirects is not the real one.
func call(tb testing.TB, method, url, body string, headers map[string]string) (int, *reply, error) {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), method, url, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := steady.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, err
	}
	return response.StatusCode, &reply{header: response.Header, body: text}, nil
}

// reply is what came back.
type reply struct {
	header http.Header
	body   []byte
}

// steady follows no redirects and keeps no connections, as the development server of the real one likes it.
var steady = &http.Client{
	Timeout:       2 * time.Minute,
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// freePort asks the kernel for a port. Somebody may take it before the server does; then the server says so and ends.
func freePort(tb testing.TB) int {
	tb.Helper()
	l, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// lockedBuffer is written by a process while a test reads.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write appends.
func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String is everything so far.
func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
