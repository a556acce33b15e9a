package app

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// fakeSentinel answers what a Sentinel would; it speaks as much of the protocol as that takes.
type fakeSentinel struct {
	listener net.Listener
	mu       sync.Mutex
	master   string // "": it knows no group
	epoch    int
	silent   bool
}

func startSentinel(t *testing.T, master string, epoch int) *fakeSentinel {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	f := &fakeSentinel{listener: l, master: master, epoch: epoch}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			go f.serve(conn)
		}
	}()
	return f
}

func (f *fakeSentinel) serve(conn net.Conn) {
	r := bufio.NewReader(conn)
	for {
		words, err := readCommand(r)
		if err != nil {
			return
		}
		if answer := f.answer(strings.ToLower(strings.Join(words, " "))); answer != "" {
			if _, err := io.WriteString(conn, answer); err != nil {
				return
			}
		}
	}
}

func readCommand(r *bufio.Reader) ([]string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(line[1:]))
	if err != nil {
		return nil, err
	}
	words := make([]string, n)
	for i := range words {
		if _, err := r.ReadString('\n'); err != nil { // its length
			return nil, err
		}
		if words[i], err = r.ReadString('\n'); err != nil {
			return nil, err
		}
		words[i] = strings.TrimSpace(words[i])
	}
	return words, nil
}

func (f *fakeSentinel) answer(command string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	host, port, _ := net.SplitHostPort(f.master)
	switch {
	case f.silent:
		return ""
	case strings.HasPrefix(command, "sentinel get-master-addr-by-name") && f.master == "":
		return "*-1\r\n"
	case strings.HasPrefix(command, "sentinel get-master-addr-by-name"):
		return fmt.Sprintf("*2\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", len(host), host, len(port), port)
	case strings.HasPrefix(command, "sentinel master"):
		epoch := strconv.Itoa(f.epoch)
		return fmt.Sprintf("*2\r\n$12\r\nconfig-epoch\r\n$%d\r\n%s\r\n", len(epoch), epoch)
	default:
		return "-ERR unknown command\r\n"
	}
}

func (f *fakeSentinel) change(change func(*fakeSentinel)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

func openTo(t *testing.T, all ...*fakeSentinel) *sentinelClient {
	t.Helper()
	o := redis.UniversalOptions{MasterName: "main", MaxRetries: -1, DisableIdentity: true}
	for _, f := range all {
		o.Addrs = append(o.Addrs, f.listener.Addr().String())
	}
	c := openSentinels(t.Context(), o)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// TestSentinelsFollow: a new master is used as soon as the Sentinels name it, also while the old one still answers and one of the Sentinels is silent.
func TestSentinelsFollow(t *testing.T) {
	t.Parallel()
	first, second := miniredis.RunT(t), miniredis.RunT(t)
	all := []*fakeSentinel{startSentinel(t, first.Addr(), 1), startSentinel(t, first.Addr(), 1), startSentinel(t, first.Addr(), 1)}
	c := openTo(t, all...)
	if err := c.Set(t.Context(), "where", "first", 0).Err(); err != nil {
		t.Fatal(err)
	}
	all[0].change(func(f *fakeSentinel) { f.silent = true })
	for _, f := range all[1:] {
		f.change(func(f *fakeSentinel) { f.master, f.epoch = second.Addr(), 2 })
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		_ = c.Set(t.Context(), "where", "now", 0).Err()
		if got, _ := second.Get("where"); got == "now" {
			break
		} else if time.Now().After(end) {
			t.Fatal("the new master gets no writes")
		}
	}
	c.sentinels.mu.Lock()
	defer c.sentinels.mu.Unlock()
	for l := range c.sentinels.links {
		if l.addr != second.Addr() {
			t.Errorf("a connection to %s is kept", l.addr)
		}
	}
}

// TestSentinelsDiffer: the Sentinel that knows of the latest failover is believed.
func TestSentinelsDiffer(t *testing.T) {
	t.Parallel()
	c := openTo(t, startSentinel(t, "127.0.0.1:1", 4), startSentinel(t, "127.0.0.1:2", 5), startSentinel(t, "127.0.0.1:1", 4))
	seen := map[string]bool{}
	for range 50 { // most answers decide, so the latest is not always among them
		master, err := c.sentinels.find(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		seen[master] = true
	}
	if !seen["127.0.0.1:2"] {
		t.Errorf("believed are %v", seen)
	}
}

// TestSentinelsThatDoNotHelp: a group that nobody knows is the user's mistake, Sentinels that are away are not.
func TestSentinelsThatDoNotHelp(t *testing.T) {
	t.Parallel()
	c := openTo(t, startSentinel(t, "", 0))
	_, err := c.sentinels.find(t.Context())
	if usage, ok := errors.AsType[*UsageError](err); !ok || !strings.Contains(usage.Message, `no master of the name "main"`) {
		t.Errorf("an unknown group: %v", err)
	}
	silent := startSentinel(t, "127.0.0.1:1", 1)
	silent.change(func(f *fakeSentinel) { f.silent = true })
	began := time.Now()
	_, err = openTo(t, silent).sentinels.find(t.Context())
	if _, ok := errors.AsType[*UsageError](err); err == nil || ok || !strings.Contains(err.Error(), "no Sentinel answers") {
		t.Errorf("a silent Sentinel: %v", err)
	}
	if took := time.Since(began); took > 4*sentinelWithin {
		t.Errorf("it took %s", took)
	}
}

// TestSentinelsClose: closing a client ends what it opened, and twice is no fault of the Sentinels.
func TestSentinelsClose(t *testing.T) {
	t.Parallel()
	first := miniredis.RunT(t)
	c := openTo(t, startSentinel(t, first.Addr(), 1))
	if err := c.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := c.sentinels.Close(); err != nil {
		t.Error(err)
	}
	if n := len(c.sentinels.links); n != 0 {
		t.Errorf("%d connections are left", n)
	}
}
