package sender

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// measured is what a client put on the wire, as testdata/target/measure.py and measure.mjs wrote it down.
type measured struct {
	Client    string
	From      string
	URLs      []measuredRow
	Locations []measuredRow
}

type measuredRow struct {
	URL, Location string
	wireRow
	Error string
}

// wireRow is what a listener and a resolver see of a URL.
type wireRow struct {
	TLS                                bool
	Line, Host, Authorization, Dialled string
}

// TestTargetsAsClientsWriteThem sends each URL of the tables and compares the raw bytes with those of the platform's client.
func TestTargetsAsClientsWriteThem(t *testing.T) {
	for _, tc := range []struct {
		file   string
		rule   payloads.TargetRule
		client string
		odd    map[string]string // request targets that net/http does not let us print (target.wire)
	}{
		{file: "requests.json", rule: payloads.TargetAsRequests, client: "requests 2.32.4"},
		{file: "httpx.json", rule: payloads.TargetAsHTTPX, client: "httpx 0.27.2", odd: map[string]string{
			"http://h.example//a|b": "//a%7Cb", `http://h.example//a"b`: "//a%22b",
		}},
		{file: "axios.json", rule: payloads.TargetAsAxios, client: "axios 1.6.2", odd: map[string]string{"http://h.example//a|b": "//a%7Cb"}},
	} {
		t.Run(tc.client, func(t *testing.T) {
			table := readTable(t, tc.file)
			if table.Client != tc.client || len(table.URLs) < 100 {
				t.Fatalf("table of %s with %d URLs", table.Client, len(table.URLs))
			}
			w := newWire(t)
			for _, row := range table.URLs {
				got, report := w.send(t, tc.rule, row.URL)
				w.compare(t, row.URL, row, got, report, tc.odd)
			}
			for _, row := range table.Locations {
				got, report := w.redirect(t, table.From, row.Location)
				w.compare(t, "to "+row.Location, row, got, report, tc.odd)
			}
		})
	}
}

func readTable(t *testing.T, name string) measured {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "target", name))
	if err != nil {
		t.Fatal(err)
	}
	var table measured
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	return table
}

// wire is a sender whose connections all end in one raw listener, whatever the name. Nothing is encrypted, also behind https.
type wire struct {
	sender   *Sender
	address  string
	seen     chan wireRow
	dialled  chan wireRow
	location chan string
}

func newWire(t testing.TB) *wire {
	t.Helper()
	s, err := New(Options{Now: time.Now, MaxIdlePerHost: -1})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close(); s.Close() })
	w := &wire{sender: s, address: l.Addr().String(), seen: make(chan wireRow, 2), dialled: make(chan wireRow, 2), location: make(chan string, 1)}
	d := newDialer(s.guard, nil, nil)
	dial := func(secure bool) func(context.Context, string, string) (net.Conn, error) {
		return func(ctx context.Context, network, address string) (net.Conn, error) {
			w.dialled <- wireRow{TLS: secure, Dialled: address}
			return d.plain(ctx, network, w.address)
		}
	}
	s.transport.DialContext, s.transport.DialTLSContext = dial(false), dial(true)
	go w.serve(l)
	return w
}

func (w *wire) serve(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		w.answer(c)
		c.Close()
	}
}

func (w *wire) answer(c net.Conn) {
	r := bufio.NewReader(c)
	line, err := r.ReadString('\n')
	if err != nil {
		return
	}
	row := wireRow{Line: strings.TrimSuffix(line, "\r\n")}
	for {
		field, err := r.ReadString('\n')
		if err != nil || field == "\r\n" {
			break
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(field, "\r\n"), ": ")
		switch http.CanonicalHeaderKey(name) {
		case "Host":
			row.Host = value
		case "Authorization":
			row.Authorization = value
		}
	}
	w.seen <- row
	select {
	case location := <-w.location:
		io.WriteString(c, "HTTP/1.1 307 Temporary Redirect\r\nConnection: close\r\nContent-Length: 0\r\nLocation: "+location+"\r\n\r\n")
	default:
		io.WriteString(c, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
	}
}

// send makes one attempt and returns the last request of it; nil where none went out.
func (w *wire) send(t testing.TB, rule payloads.TargetRule, url string) (*wireRow, Report) {
	t.Helper()
	p := payloads.Platform{
		Target: rule, Redirect: payloads.RedirectAsRequests, Timeout: 10 * time.Second,
		Sign: func(payloads.Message, payloads.Stamp) (payloads.Signed, error) { return payloads.Signed{}, nil },
	}
	r, err := w.sender.Prepare(p, payloads.Message{Method: "POST", Body: []byte("{}")}, payloads.Stamp{Subscription: subscriptions.Subscription{URL: url}})
	if err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	report := w.sender.Do(context.Background(), r)
	var last *wireRow
	for len(w.seen) > 0 {
		row, where := <-w.seen, <-w.dialled
		row.TLS, row.Dialled = where.TLS, where.Dialled
		last = &row
	}
	return last, report
}

// redirect is send with a redirect on the way; nil where it was not followed.
func (w *wire) redirect(t testing.TB, from, location string) (*wireRow, Report) {
	t.Helper()
	w.location <- location
	row, report := w.send(t, payloads.TargetAsRequests, from)
	if len(report.Hops) == 0 {
		return nil, report
	}
	return row, report
}

// refused is what this package sends for no platform, whatever its client does, and why. Clients dial different hosts for most of these.
var refused = map[string]string{
	"http://h.example:0/p":             "1 to 65535",
	"http://h.example:0080808/p":       "1 to 65535",
	"http://h.example:65536/p":         "1 to 65535",
	"to http://other.example:0/p":      "1 to 65535",
	"http://h%2eexample/p":             "percent escape",
	"http://h%41.example/p":            "percent escape",
	"to http://bücher.example/p":       "percent escape", // requests asks the resolver for b%C3%BCcher.example
	"to http://０/p":                    "percent escape",
	"http://h|x.example/p":             "not an absolute",
	"http://127.1/p":                   "neither a name",
	"http://2130706433/p":              "neither a name",
	"http://0x7f.1/p":                  "neither a name",
	"http://0177.0.0.1/p":              "neither a name",
	"http://256.1.1.1/p":               "neither a name",
	"to http://127.1/p":                "neither a name",
	"http://[fe80::1%25eth0]/p":        "link-local",
	"http://[fe80::1%eth0]/p":          "link-local",
	`http://h.example\@evil.example/p`: "backslash",
	`http://h.example\.evil.example/p`: "backslash",
	"http:///h.example/p":              "host is missing",
	"http:/h.example/p":                "host is missing",
	"http:h.example/p":                 "host is missing",
	`http:\\h.example\p`:               "host is missing",
}

func (w *wire) compare(t *testing.T, name string, want measuredRow, got *wireRow, report Report, odd map[string]string) {
	t.Helper()
	if why, ok := refused[name]; ok {
		if got != nil || !strings.Contains(report.Reply.Message, why) {
			t.Errorf("%s: sent %+v, said %q, want it to say %q", name, got, report.Reply.Message, why)
		}
		return
	}
	want.Dialled = strings.NewReplacer("[[", "[", "]]", "]").Replace(want.Dialled) // axios asks for the address with its brackets
	if line, ok := odd[name]; ok {
		want.Line = "POST " + line + " HTTP/1.1"
	}
	switch {
	case want.Error != "":
		if got != nil {
			t.Errorf("%s: sent %+v, the client raises %s", name, got, want.Error)
		}
	case got == nil:
		t.Errorf("%s: not sent, %+v", name, report.Reply)
	default:
		if diff := cmp.Diff(want.wireRow, *got); diff != "" {
			t.Errorf("%s (-client +ours):\n%s", name, diff)
		}
	}
}
