package sender_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
)

func newGuard(t testing.TB, o sender.GuardOptions) *sender.Guard {
	t.Helper()
	g, err := sender.NewGuard(o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestCheckURL(t *testing.T) {
	g := newGuard(t, sender.GuardOptions{})
	for _, ok := range []string{
		"http://127.0.0.1:8080/hook", "https://example.com", "http://user:pass@example.com/x", "http://[::1]:9000/", "http://localhost",
		"http://10.0.0.7/", "http://192.168.1.1:65535/", "HTTP://EXAMPLE.com", "http://listener_1:80/a?b=c#d", "http://bücher.example/",
		"http://[64:ff9b::808:808]/", "http://example.com:/", "http://1.example/", "http://0x.example/",
		"http://metadata/", "http://metadata.google.internal.example/",
		"http://h/50%?%zz", "http://m|é:%@h/", "http://bü_cher.example/", "http://h/a\\b@c", "http://h/[|]?\"<>",
	} {
		if err := g.CheckURL(ok); err != nil {
			t.Errorf("%s: %v", ok, err)
		}
	}
	for bad, want := range map[string]string{
		"":                                                "empty",
		"ftp://example.com/x":                             "http or https",
		"example.com/hook":                                "http or https",
		"localhost:8080":                                  "http or https",
		"//example.com":                                   "http or https",
		"http:example.com":                                "host is missing",
		"http://":                                         "host is missing",
		"http:///path":                                    "host is missing",
		"http://:8080/":                                   "host is missing",
		"http://example.com:0/":                           "1 to 65535",
		"http://example.com:65536/":                       "1 to 65535",
		"http://example.com:99999999999/":                 "1 to 65535",
		"http://example.com:http/":                        "absolute",
		"http://exa mple.com/":                            "spaces",
		"http://example.com/\r\nX: y":                     "control",
		"http://example.com/\x00":                         "control",
		"http://example.com/\xff":                         "UTF-8",
		"http://u:s3cr3t@[::1/":                           "absolute",
		`http://u:s3cr3t\@169.254.169.254/`:               "backslash",
		`http://h\.169.254.169.254/`:                      "backslash",
		"http://169.254.169.25%34/":                       "percent escape",
		"http://h%2f.example/":                            "percent escape",
		"http://１６９.254.169.254/":                         "metadata",
		"http://１６９。254。169。254/":                         "metadata",
		"http://①⑥⑨.254.169.254/":                         "metadata",
		"http://２８５２０３９１６６/":                              "neither a name",
		"http://℀.example/":                               "international",
		"http://a]b/":                                     "absolute",
		"http://a|b/":                                     "absolute",
		"http://[h]/":                                     "absolute",
		"http://[::1]x:80/":                               "absolute",
		"http://[10.0.0.1]/":                              "absolute",
		"http://u:s3cr3t@h:80:80/":                        "absolute",
		"http://u:s3cr3t@/":                               "host is missing",
		"http://2852039166/":                              "neither a name",
		"http://0xa9fea9fe/":                              "neither a name",
		"http://169.254.43518/":                           "neither a name",
		"http://010.0.0.1/":                               "neither a name",
		"http://169.254.169.254/latest":                   "metadata",
		"http://169.254.169.254./latest":                  "metadata",
		"http://metadata.google.internal/":                "metadata",
		"http://u:s3cr3t@Metadata.Google.Internal.:80/x":  "metadata",
		"http://0.0.0.0:80/":                              "unspecified",
		"http://[::]/":                                    "unspecified",
		"http://[fe80::1%25eth0]/":                        "link-local",
		"http://[fd00:ec2::254]/":                         "metadata",
		"http://[::ffff:169.254.169.254]":                 "metadata",
		"http://[::ffff:a9fe:a9fe]/":                      "metadata",
		"http://[64:ff9b::a9fe:a9fe]/":                    "metadata",
		"http://[64:ff9b:1:a9fe:a9:fe00::]/":              "metadata",
		"http://[2002:a9fe:a9fe::1]/":                     "metadata",
		"http://[2001:0:a9fe:a9fe::]/":                    "metadata",
		"http://[2001::5601:5601]/":                       "metadata",
		"http://[2001:db8::5efe:a9fe:a9fe]/":              "metadata",
		"http://[::a9fe:a9fe]/":                           "metadata",
		"http://[::ffff:0:a9fe:a9fe]/":                    "metadata",
		"http://100.100.100.200/":                         "metadata",
		"http://224.0.0.1/":                               "multicast",
		"http://[ff02::1]/":                               "multicast",
		"http://255.255.255.255/":                         "broadcast",
		"http://example.com/" + strings.Repeat("x", 2083): "2083",
	} {
		err := g.CheckURL(bad)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want it to say %q", bad, err, want)
			continue
		}
		if !errors.Is(err, sender.ErrURL) && !errors.Is(err, sender.ErrBlocked) {
			t.Errorf("%q: error %v has no sentinel", bad, err)
		}
		if strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%q: the error repeats the password", bad)
		}
	}
}

func TestGuardLists(t *testing.T) {
	nets := func(list ...string) (out []netip.Prefix) {
		for _, s := range list {
			out = append(out, netip.MustParsePrefix(s))
		}
		return out
	}
	tests := []struct {
		name        string
		allow, deny []netip.Prefix
		address     string
		blocked     bool
	}{
		{"nothing listed", nil, nil, "10.0.0.1", false},
		{"denied", nil, nets("10.0.0.0/8"), "10.0.0.1", true},
		{"denied as mapped", nil, nets("10.0.0.0/8"), "::ffff:10.0.0.1", true},
		{"denied behind NAT64", nil, nets("10.0.0.0/8"), "64:ff9b::10.0.0.1", true},
		{"denied by a mapped prefix", nil, nets("::ffff:10.0.0.0/104"), "10.0.0.1", true},
		{"not the denied one", nil, nets("10.0.0.0/8"), "11.0.0.1", false},
		{"allowed", nets("127.0.0.0/8"), nil, "127.0.0.1", false},
		{"not on the allow list", nets("127.0.0.0/8"), nil, "10.0.0.1", true},
		{"other family is not on the allow list", nets("0.0.0.0/0"), nil, "2001:db8::1", true},
		{"deny beats allow", nets("10.0.0.0/8"), nets("10.1.0.0/16"), "10.1.2.3", true},
		{"allow does not open the metadata service", nets("0.0.0.0/0"), nil, "169.254.169.254", true},
		{"host bits in a prefix do not matter", nets("10.9.9.9/8"), nil, "10.0.0.1", false},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			err := newGuard(t, sender.GuardOptions{Allow: tc.allow, Deny: tc.deny}).Check(netip.MustParseAddr(tc.address))
			if errors.Is(err, sender.ErrBlocked) != tc.blocked {
				t.Errorf("error %v, want blocked %v", err, tc.blocked)
			}
		})
	}
	if _, err := sender.NewGuard(sender.GuardOptions{Deny: []netip.Prefix{{}}}); err == nil || !strings.Contains(err.Error(), "deny list") {
		t.Errorf("invalid prefix: error %v", err)
	}
	if err := newGuard(t, sender.GuardOptions{}).Check(netip.Addr{}); !errors.Is(err, sender.ErrBlocked) {
		t.Errorf("invalid address: error %v", err)
	}
}

func TestBlockedTargetsAreNotContacted(t *testing.T) {
	for _, url := range []string{"ftp://127.0.0.1/", "http://169.254.169.254/", "http://0.0.0.0/", "not a url", ""} {
		report := newSender(t).Do(context.Background(), post(url))
		if report.Reply.Failure != payloads.FailureBlocked || report.Wrote || report.Reply.Message == "" {
			t.Errorf("%q: %+v", url, report.Reply)
		}
	}
	// A platform's own API stores whatever that platform stores; the attempt must be made, recorded and blocked.
	for url, want := range map[string]string{
		"ftp://u:hunter22@files.example/x": `scheme "ftp"`, "mailto:hunter22@h.example": "http or https", "file:///etc/passwd": `scheme "file"`,
		"http://": "host", "https://h.example:99999/": "1 to 65535", "hook": "http or https", "http://h.example/\x7f": "control",
	} {
		s := newSender(t)
		r, err := s.Prepare(invented(), payloads.Message{Method: "POST", Body: []byte("{}")}, stampFor(url))
		if err != nil {
			t.Errorf("%q: %v", url, err)
			continue
		}
		report := s.Do(context.Background(), r)
		if report.Reply.Failure != payloads.FailureBlocked || report.Wrote || !strings.Contains(report.Reply.Message, want) {
			t.Errorf("%q: %+v", url, report.Reply)
		}
		if strings.Contains(report.Reply.Message+report.Request.URL, "hunter22") {
			t.Errorf("%q: a credential shows in %q or %q", url, report.Reply.Message, report.Request.URL)
		}
	}
	denied := newGuard(t, sender.GuardOptions{Deny: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	contacted := make(chan struct{}, 1)
	url := rawServer(t, func(net.Conn) { contacted <- struct{}{} })
	s := newSender(t, func(o *sender.Options) { o.Guard = denied })
	if report := s.Do(context.Background(), post(url)); report.Reply.Failure != payloads.FailureBlocked || len(contacted) > 0 {
		t.Errorf("report %+v", report.Reply)
	}
}

// TestNamesAreJudgedByWhatTheyResolveTo uses a name server that first gives a good address and then a bad one.
func TestNamesAreJudgedByWhatTheyResolveTo(t *testing.T) {
	url := rawServer(t, answering(okReply))
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(url, "http://"))
	answers := make(chan netip.Addr, 1)
	resolver := nameServer(t, answers)
	s := newSender(t, func(o *sender.Options) { o.Resolver = resolver; o.MaxIdlePerHost = -1 })
	r := post("http://listener.test:" + port + "/")
	answers <- netip.MustParseAddr("127.0.0.1")
	if report := s.Do(context.Background(), r); report.Reply.Status != 200 {
		t.Fatalf("good address: %+v", report.Reply)
	}
	<-answers
	answers <- netip.MustParseAddr("169.254.169.254")
	if report := s.Do(context.Background(), r); report.Reply.Failure != payloads.FailureBlocked {
		t.Errorf("rebound address: %+v", report.Reply)
	}
	<-answers
	answers <- netip.Addr{}
	if report := s.Do(context.Background(), r); report.Reply.Failure != payloads.FailureDNS || report.Wrote {
		t.Errorf("no address: %+v", report.Reply)
	}
}

// nameServer answers every A question with the address that lies in the channel, an invalid one meaning that the name does not exist.
func nameServer(t *testing.T, answers chan netip.Addr) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { pc.Close(); <-done })
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			addr := <-answers
			answers <- addr
			q := m.Questions[0]
			reply := dnsmessage.Message{Header: dnsmessage.Header{ID: m.ID, Response: true}, Questions: m.Questions}
			switch {
			case !addr.IsValid():
				reply.RCode = dnsmessage.RCodeNameError
			case q.Type == dnsmessage.TypeA:
				reply.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 0},
					Body:   &dnsmessage.AResource{A: addr.As4()},
				}}
			}
			if packed, err := reply.Pack(); err == nil {
				pc.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}
