package sender_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
)

// FuzzCheckURL: what passes has a host that can be parsed and dialled, what does not has a sentinel and keeps the password to itself.
func FuzzCheckURL(f *testing.F) {
	for _, s := range []string{
		"http://u:hunter22@h.example:80/p?q#f", "ftp://u:hunter22@h", "http://[fe80::1%25eth0]/", "http://0x7f.1/", "u:hunter22@h", "//h", "http://\x00",
	} {
		f.Add(s)
	}
	g := newGuard(f, sender.GuardOptions{})
	f.Fuzz(func(t *testing.T, raw string) {
		err := g.CheckURL(raw)
		if err == nil {
			scheme, rest, _ := strings.Cut(raw, "://")
			authority, _, _ := strings.Cut(strings.NewReplacer("?", "/", "#", "/").Replace(rest), "/")
			u, perr := url.Parse(scheme + "://" + authority[strings.LastIndexByte(authority, '@')+1:])
			if perr != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
				t.Fatalf("%q passed: %v %v", raw, u, perr)
			}
			return
		}
		if !errors.Is(err, sender.ErrURL) && !errors.Is(err, sender.ErrBlocked) {
			t.Fatalf("%q: %v has no sentinel", raw, err)
		}
		if strings.Contains(err.Error(), "hunter22") && !strings.Contains(hostAndScheme(raw), "hunter22") {
			t.Fatalf("%q: %v repeats the password", raw, err)
		}
	})
}

func hostAndScheme(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Scheme + u.Host)
}

// FuzzMaskURL: no valid URL keeps its credentials, and masking twice changes nothing.
func FuzzMaskURL(f *testing.F) {
	for _, s := range []string{"http://u:p@h/p", "http://h/p@q", "u:p@h", "http://u:p/p@h", "http://a@b@c/", "//@", "http://u:p@h?x=//y@z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		masked := sender.MaskURL(raw)
		if again := sender.MaskURL(masked); again != masked {
			t.Fatalf("%q: %q, then %q", raw, masked, again)
		}
		u, err := url.Parse(raw)
		if err != nil || u.User == nil || u.Host == "" {
			return
		}
		m, err := url.Parse(masked)
		if err != nil || m.User == nil || m.User.String() != "%2A%2A%2A%2A%2A%2A%2A%2A" && m.User.Username() != "********" {
			t.Fatalf("%q: %q still names %v (%v)", raw, masked, m, err)
		}
		if m.Host != u.Host {
			t.Fatalf("%q: %q is another host", raw, masked)
		}
	})
}

// FuzzReply sends anything at all as a reply: the attempt ends in time, with a failure of the closed list and a bounded body.
func FuzzReply(f *testing.F) {
	f.Add([]byte(okReply))
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x00"))
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n\x0b\x02\x80hello\x03"))
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Encoding: deflate, gzip\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 302 Found\r\nLocation: http://u:p@[::1]:1/\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"))
	known := map[payloads.Failure]bool{payloads.FailureNone: true}
	for _, k := range payloads.Failures() {
		known[k] = true
	}
	s := newSender(f, func(o *sender.Options) { o.CaptureBytes = 4 << 10; o.MaxIdlePerHost = -1 })
	replies := make(chan []byte, 1)
	target := rawServer(f, func(c net.Conn) {
		if _, err := readRequest(bufio.NewReader(c)); err != nil {
			return
		}
		select {
		case b := <-replies:
			c.Write(b)
		case <-time.After(time.Second):
		}
	})
	f.Fuzz(func(t *testing.T, reply []byte) {
		replies <- reply
		r := post(target)
		r.Policy = payloads.Policy{Timeout: time.Second, SilenceTimeout: true, Redirect: payloads.RedirectAsRequests}
		got := s.Do(context.Background(), r).Reply
		select {
		case <-replies:
		default:
		}
		if !known[got.Failure] || len(got.Body) > 4<<10 || !utf8.ValidString(got.Message) || got.Status == 0 && got.Failure == "" {
			t.Fatalf("reply %+v", got)
		}
	})
}

// FuzzCurlQuoting lets a real shell read back every word of the command.
func FuzzCurlQuoting(f *testing.F) {
	if _, err := exec.LookPath("sh"); err != nil {
		f.Skip("sh is not on the PATH of this machine")
	}
	f.Add("it's", "a $(b) `c`", "'\\''")
	f.Add("-x", "!!", "\n\t\\")
	f.Fuzz(func(t *testing.T, path, value, body string) {
		clean := func(s string) string {
			return strings.Map(func(r rune) rune {
				if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == utf8.RuneError {
					return -1
				}
				return r
			}, s)
		}
		path, value, body = clean(path), clean(value), clean(body)
		line := sender.Curl(sender.RequestRecord{Method: "POST", URL: "http://h/" + path, Header: payloads.H("X", value)}, []byte(body))
		shell := exec.Command("sh")
		shell.Stdin = strings.NewReader("curl() { printf '%s\\0' \"$@\"; }\n" + line + "\n")
		out, err := shell.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		words := strings.Split(string(out), "\x00")
		has := func(want string) {
			if slices.Contains(words, want) {
				return
			}
			t.Fatalf("%q is not among %q of %s", want, words, line)
		}
		has("http://h/" + path)
		has(body)
		if value != "" {
			has("X: " + value)
		}
	})
}

// FuzzRawHTTP: whatever a record holds, the message has one header and then the body.
func FuzzRawHTTP(f *testing.F) {
	f.Add("POST", "http://h/p", "A", "b", []byte("body"))
	f.Add("P\r\n", "::", "A\r\nB", "c\r\n\r\nd", []byte("\r\n\r\n"))
	f.Fuzz(func(t *testing.T, method, target, name, value string, body []byte) {
		raw := sender.RawHTTP(sender.RequestRecord{Method: method, URL: target, Header: payloads.H(name, value)}, body)
		r := bufio.NewReader(strings.NewReader(string(raw)))
		for {
			line, err := r.ReadString('\n')
			if err != nil || !strings.HasSuffix(line, "\r\n") {
				t.Fatalf("no end of header in %q", raw)
			}
			if line == "\r\n" {
				break
			}
		}
		if rest, _ := io.ReadAll(r); string(rest) != string(body) {
			t.Fatalf("body %q, want %q", rest, body)
		}
	})
}
