package app

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
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
	id       string
	others   []*fakeSentinel // that it knows
	as       string          // under which address the others know it; "": that of the listener
}

func startSentinel(t *testing.T, master string, epoch int) *fakeSentinel {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	f := &fakeSentinel{listener: l, master: master, epoch: epoch, id: "id of " + l.Addr().String()}
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
		return "*2\r\n" + bulk(host) + bulk(port)
	case strings.HasPrefix(command, "sentinel master"):
		return "*2\r\n" + bulk("config-epoch") + bulk(strconv.Itoa(f.epoch))
	case strings.HasPrefix(command, "sentinel sentinels"):
		return f.listing()
	case command == "sentinel myid":
		return bulk(f.id)
	default:
		return "-ERR unknown command\r\n"
	}
}

// listing tells of the others.
func (f *fakeSentinel) listing() string {
	var text strings.Builder
	fmt.Fprintf(&text, "*%d\r\n", len(f.others))
	for _, o := range f.others {
		addr := o.as
		if addr == "" {
			addr = o.listener.Addr().String()
		}
		host, port, _ := net.SplitHostPort(addr)
		text.WriteString("*6\r\n" + bulk("ip") + bulk(host) + bulk("port") + bulk(port) + bulk("runid") + bulk(o.id))
	}
	return text.String()
}

func bulk(text string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(text), text) }

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

// asked are the addresses of the Sentinels that are asked.
func (c *sentinelClient) asked() []string {
	var list []string
	for _, m := range c.sentinels.members() {
		list = append(list, m.addr)
	}
	slices.Sort(list)
	return list
}

// TestSentinelsKnowEachOther: a Sentinel that the address does not name is asked as soon as another one tells of it and for as long as it answers,
// once by whatever address, and is enough to follow a new master.
func TestSentinelsKnowEachOther(t *testing.T) {
	t.Parallel()
	first, second := miniredis.RunT(t), miniredis.RunT(t)
	named, beside, gone := startSentinel(t, first.Addr(), 1), startSentinel(t, first.Addr(), 1), startSentinel(t, first.Addr(), 1)
	_, port, _ := net.SplitHostPort(named.listener.Addr().String())
	named.as = "localhost:" + port
	named.others = []*fakeSentinel{beside, gone}
	beside.others = []*fakeSentinel{named, gone}
	if err := gone.listener.Close(); err != nil {
		t.Fatal(err)
	}
	c := openTo(t, named)
	want := []string{beside.listener.Addr().String(), named.listener.Addr().String()}
	slices.Sort(want)
	wait := func(what string, is func() bool) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("not within 10 s: %s; asked are %v", what, c.asked())
			}
		}
	}
	wait("the other one is asked", func() bool { return slices.Equal(c.asked(), want) })

	named.change(func(f *fakeSentinel) { f.silent = true })
	c.sentinels.discover(t.Context())
	if got := c.asked(); !slices.Equal(got, want) {
		t.Errorf("with the named one silent, asked are %v, want %v", got, want)
	}
	beside.change(func(f *fakeSentinel) { f.master, f.epoch = second.Addr(), 2 })
	wait("the new master gets writes", func() bool {
		_ = c.Set(t.Context(), "where", "now", 0).Err()
		got, _ := second.Get("where")
		return got == "now"
	})

	named.change(func(f *fakeSentinel) { f.silent = false })
	beside.change(func(f *fakeSentinel) { f.silent = true })
	c.sentinels.discover(t.Context())
	if got := c.asked(); len(got) != 1 {
		t.Errorf("one that does not answer is among those asked: %v", got)
	}
	named.change(func(f *fakeSentinel) { f.silent = true })
	beside.change(func(f *fakeSentinel) { f.silent = false })
	if c.sentinels.discover(t.Context()) {
		t.Error("somebody answered")
	}
	if got := c.asked(); len(got) != 1 {
		t.Errorf("without any answer, asked are %v", got)
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
