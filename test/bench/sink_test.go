package bench_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// sinkVariable makes this test binary a listener of its own: it prints its address, answers every POST with 200 as fast as net/http can, tells
// GET what came, and ends with its standard input.
const sinkVariable = "ANNOHOOK_TEST_SINK"

// sinkReport is what a sink tells of itself.
type sinkReport struct {
	Count int64   `json:"count"` // requests so far
	Body  []byte  `json:"body"`  // of the first
	CPU   float64 `json:"cpu"`   // seconds, user and system
}

// sink is a listener in a process of its own, so that its work is neither the program's nor the generator's.
type sink struct {
	url string
}

// startSink runs a sink until the test ends.
func startSink(tb testing.TB) sink {
	tb.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(tb.Context()), os.Args[0])
	cmd.Env = append(os.Environ(), sinkVariable+"=1")
	cmd.Stderr = os.Stderr
	in, errIn := cmd.StdinPipe()
	out, errOut := cmd.StdoutPipe()
	if errIn != nil || errOut != nil {
		tb.Fatal(errIn, errOut)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatalf("start the sink: %v", err)
	}
	tb.Cleanup(func() {
		_ = in.Close() // tells it to end
		if err := cmd.Wait(); err != nil {
			tb.Errorf("the sink ended badly: %v", err)
		}
	})
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		tb.Fatalf("address of the sink: %v", err)
	}
	return sink{url: strings.TrimSpace(url)}
}

// report asks what came.
func (s sink) report(tb testing.TB) sinkReport {
	tb.Helper()
	response, err := http.Get(s.url)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var report sinkReport
	if err := json.NewDecoder(response.Body).Decode(&report); err != nil {
		tb.Fatalf("the sink: %v", err)
	}
	return report
}

// expect waits until count requests have come.
func (s sink) expect(tb testing.TB, count int64) {
	tb.Helper()
	for end := time.Now().Add(settling); ; time.Sleep(5 * time.Millisecond) {
		got := s.report(tb).Count
		if got >= count {
			return
		}
		if time.Now().After(end) {
			tb.Fatalf("%d of %d arrived", got, count)
		}
	}
}

// counting is the handler of a sink's process.
type counting struct {
	count atomic.Int64
	once  sync.Once
	body  []byte
}

// ServeHTTP takes one request, or tells of them.
func (c *counting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		report := sinkReport{Count: c.count.Load(), CPU: processCPU()}
		if report.Count > 0 {
			report.Body = c.body
		}
		if err := json.NewEncoder(w).Encode(report); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // cut short: not a request that counts
	}
	c.once.Do(func() { c.body = body })
	c.count.Add(1)
}

// runSink is the main function of a sink's process.
func runSink(in io.Reader, out io.Writer) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	server := &http.Server{Handler: &counting{}, ReadHeaderTimeout: time.Minute}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		_ = server.Close()
	}()
	if _, err := fmt.Fprintf(out, "http://%s\n", listener.Addr()); err != nil {
		return fmt.Errorf("tell the address: %w", err)
	}
	_ = server.Serve(listener) // ends by Close
	return nil
}
