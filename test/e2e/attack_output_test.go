package e2e_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"

	"github.com/annohook/annohook/sender/listener"
	"github.com/annohook/annohook/web/client"
)

// forged is text that would be a record of its own, and colour, in a log that does not keep it in place.
const forged = "marker\r\ntime=2026-01-01T00:00:00Z level=ERROR msg=forged\n{\"level\":\"ERROR\",\"msg\":\"forged\"}\x1b[31m\x1b]0;title\x07\u2028\u202e"

// TestForgedLog: whatever is sent, every line of the log is a record of the server's own, at every level and in both formats.
func TestForgedLog(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			s := start(t, "--redis", "memory", "--log-level", "debug", "--log-format", format, "--time-scale", "0.001")
			h := listen(t, "argilla", hookOptions{answers: []listener.Answer{{Status: 500, Header: http.Header{"X-A": {"marker\x1b[31m"}}, Body: []byte(forged)}}})
			s.attach(h, "argilla", object{"description": forged})
			s.triggerSettled(object{"platform": "argilla", "type": "ping"})
			s.triggerSettled(object{"platform": "argilla", "type": "record.created", "body": forged})
			s.triggerSettled(object{"platform": "argilla", "type": "record.created", "data": object{forged: forged}})
			s.send(http.MethodPost, "/api/v1/events", object{"platform": forged, "type": forged, forged: forged})
			s.send(http.MethodPost, "/api/v1/subscriptions", object{"platform": "argilla", "url": "http://nowhere.invalid/" + url.PathEscape(forged), "description": forged})
			s.send(http.MethodPost, "/label-studio/api/webhooks/", object{"url": "ftp://localhost/" + forged, "project": 1}, "Authorization", "Token any")
			for _, path := range []string{"/" + url.PathEscape(forged), "/api/v1/deliveries?q=" + url.QueryEscape(forged), "/api/v1/" + url.PathEscape(forged), "/argilla/" + url.PathEscape(forged)} {
				s.get(path)
			}
			s.raw("GET /\x1b[31mforged HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
			s.raw("GET / HTTP/1.1\r\nHost: 127.0.0.1\x1b[31m\r\nX-A: \x1b[31mforged\r\n\r\n")
			s.raw("POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n\x1b[31m\r\n")
			liar := rawListener(t, "HTTP/1.1 200 \x1b[31mforged\r\nX-\x1b: \x07\r\nContent-Length: 5\r\n\r\nab")
			s.subscribe(object{"platform": "argilla", "url": liar, "retry": object{"delays": []string{}}})
			s.triggerSettled(object{"platform": "argilla", "type": "ping", "subscription_ids": []string{s.newest()}})
			s.end()
			checkLog(t, format, s.log.String())
		})
	}
}

var textRecord = regexp.MustCompile(`^time=\S+ level=(DEBUG|INFO|WARN|ERROR) msg=("(?:[^"\\]|\\.)*"|\S+)( [\w.]+=("(?:[^"\\]|\\.)*"|\S*))*$`)

// checkLog wants records below the banner, and nothing in them that acts on a terminal.
func checkLog(t *testing.T, format, log string) {
	t.Helper()
	records := 0
	for i, line := range strings.Split(strings.TrimRight(log, "\n"), "\n") {
		for _, r := range line {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' {
				t.Errorf("line %d holds %U: %q", i+1, r, line)
				break
			}
		}
		record := strings.HasPrefix(line, "{")
		if format == "text" {
			record = strings.HasPrefix(line, "time=")
		}
		if !record { // the banner, indented, and what is said at the end
			if strings.Contains(line, "forged") || strings.Contains(line, "marker") {
				t.Errorf("line %d is no record: %q", i+1, line)
			}
			continue
		}
		records++
		if format == "text" && !textRecord.MatchString(line) || format == "json" && !json.Valid([]byte(line)) {
			t.Errorf("line %d is broken: %q", i+1, line)
		}
		if strings.Contains(line, "msg=forged") && format == "text" && strings.HasPrefix(line, "time=2026-01-01") || strings.HasPrefix(line, `{"level":"ERROR","msg":"forged"}`) {
			t.Errorf("line %d is forged: %q", i+1, line)
		}
	}
	if records < 3 {
		t.Errorf("%d records: what was read?\n%s", records, log)
	}
}

// TestForgedTerminal: the command line shows hostile text without obeying it.
func TestForgedTerminal(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	h := listen(t, "argilla", hookOptions{answers: []listener.Answer{{Status: 200, Header: http.Header{"X-A": {"marker"}}, Body: []byte(forged)}}})
	s.attach(h, "argilla", object{"description": forged})
	d := s.only(s.triggerSettled(object{"platform": "argilla", "type": "record.created", "body": forged}))
	s.triggerSettled(object{"platform": "argilla", "type": "record.created", "data": object{forged: forged}})
	sub := s.newest()
	for _, args := range []string{
		"subscriptions list", "subscriptions show " + sub, "deliveries list", "deliveries show " + d.ID, "deliveries list -o json", "deliveries show " + d.ID + " -o json",
		"subscriptions test " + sub, "platforms argilla", "doctor", "config show",
	} {
		p := launch(t, s.home, searchPath(), append(strings.Fields(args), "--server", s.base)...)
		if strings.HasPrefix(args, "platforms") || strings.HasPrefix(args, "config") {
			p = launch(t, s.home, searchPath(), strings.Fields(args)...)
		}
		p.wait(60 * time.Second)
		obeys(t, args, p.out.String()+p.log.String())
	}
	for _, args := range [][]string{{"trigger", forged, forged}, {"subscriptions", "show", forged}, {"deliveries", "show", forged}, {forged}, {"config", "show", "--log-level", forged}} {
		p := launch(t, s.home, searchPath(), append(args, "--server", s.base)...)
		p.wait(60 * time.Second)
		obeys(t, fmt.Sprintf("%.40q", args), p.out.String()+p.log.String())
	}
}

// obeys fails the test where a terminal would act on what is printed.
func obeys(t *testing.T, command, printed string) {
	t.Helper()
	machine := strings.Contains(command, "-o json") // JSON keeps what may stand in it, for programs
	for _, r := range printed {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) && !machine {
			t.Errorf("%s prints %U: %.300q", command, r, printed)
			return
		}
	}
}

// TestHeaderInjection: line breaks in anything that becomes a header field are refused, or stay within it; nothing new reaches the wire.
func TestHeaderInjection(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	for _, platform := range []string{"argilla", "datasaur", "label-studio", "toloka", "aquarium"} {
		h := listen(t, platform, hookOptions{lenient: true})
		for _, bad := range []string{"a\r\nX-Injected: 1", "a\nX-Injected: 1", "a\rX-Injected: 1", "a\x00X-Injected: 1", "\r\n\r\nGET /injected HTTP/1.1\r\nHost: x"} {
			for name, sub := range map[string]object{
				"header value": {"headers": object{"X-Own": bad}}, "header name": {"headers": object{bad: "x"}}, "secret": {"secret": bad},
				"path": {"url": h.url + "/" + bad}, "query": {"url": h.url + "?" + bad}, "user": {"url": strings.Replace(h.url, "http://", "http://"+bad+"@", 1)}, "host": {"url": "http://" + bad + "/"},
			} {
				sub["platform"], sub["retry"] = platform, object{"delays": []string{}}
				if sub["url"] == nil {
					sub["url"] = h.url
				}
				r := s.send(http.MethodPost, "/api/v1/subscriptions", sub)
				if r.status != http.StatusCreated {
					if r.status != http.StatusUnprocessableEntity {
						t.Errorf("%s of %s: %d %s", name, platform, r.status, r.body)
					}
					continue
				}
				made := decode[client.Subscription](t, r.body)
				s.send(http.MethodPost, "/api/v1/subscriptions/"+made.ID+"/test", nil)
				s.send(http.MethodDelete, "/api/v1/subscriptions/"+made.ID, nil)
			}
		}
		for _, r := range h.got() {
			if r.Header.Get("X-Injected") != "" || strings.Contains(r.Method, "injected") {
				t.Errorf("%s got an injected field: %v", platform, r.Header)
			}
		}
	}
	for _, path := range []string{"/login?next=%2Fa%0d%0aX-Injected:%201", "/deliveries%0d%0aX-Injected:%201", "/argilla/api/v1/webhooks/%0d%0aX-Injected:%201/", "/argilla%0d%0aX-Injected:%201", "/api/v1/deliveries/x%0d%0aX-Injected:%201/export?format=curl"} {
		if r := s.get(path); r.header.Get("X-Injected") != "" {
			t.Errorf("%s: %v", path, r.header)
		}
	}
	hook := object{"url": "http://localhost:9/%0d%0aX-Injected:1\r\nX-Injected: 1", "project": 1, "headers": object{"A": "b\r\nX-Injected: 1"}}
	if r := s.send(http.MethodPost, "/label-studio/api/webhooks/", hook, "Authorization", "Token any"); r.header.Get("X-Injected") != "" {
		t.Errorf("label studio's Location: %v", r.header)
	}
}

// TestSecretsStayInside: keys, passwords and secrets of every kind, and everything that the server prints while it works and when it breaks.
func TestSecretsStayInside(t *testing.T) {
	t.Parallel()
	const token, key, secret, bearer, password = "inside-token-0123456789", "inside-native-0123456789", "inside-secret-of-datasaur", "inside-bearer-0123456789", "inside-password-01234"
	s := start(t, "--redis", "memory", "--token", token, "--native-token", "argilla="+key, "--log-level", "debug", "--time-scale", "0.001")
	s.header.Set("Authorization", "Bearer "+token)
	h := listen(t, "datasaur", hookOptions{script: "500,200", lenient: true})
	target := strings.Replace(h.url, "http://", "http://user:"+password+"@", 1)
	s.subscribe(object{"platform": "datasaur", "url": target, "secret": secret, "headers": object{"X-Api-Key": bearer}})
	d := s.only(s.triggerSettled(object{"platform": "datasaur", "type": "export"}))
	s.send(http.MethodGet, "/argilla/api/v1/me", nil, "X-Argilla-Api-Key", key+"x")
	s.send(http.MethodPost, "/api/v1/subscriptions", object{"platform": "datasaur", "url": target + "\x00", "secret": secret, "timeout": secret})
	var shown strings.Builder
	for _, path := range []string{
		"/", "/deliveries/" + d.ID, "/subscriptions", "/metrics", "/api/v1/stats", "/api/v1/deliveries/" + d.ID, "/api/v1/subscriptions", "/api/v1/events", "/version", "/readyz",
		"/api/v1/deliveries/" + d.ID + "/export?format=curl", "/api/v1/deliveries/" + d.ID + "/export?format=http", "/api/v1/deliveries/" + d.ID + "/export?format=har", "/api/openapi.json",
	} {
		shown.Write(s.get(path).body)
	}
	environment := []string{"ANNOHOOK_TOKEN=" + token, "ANNOHOOK_NATIVE_TOKEN=argilla=" + key, "ANNOHOOK_REDIS=redis://:" + password + "@127.0.0.1:1/0"}
	for _, args := range []string{
		"doctor --server " + s.base, "config show", "config show --origin", "deliveries list --server " + s.base, "deliveries show " + d.ID + " --server " + s.base,
		"subscriptions list --server " + s.base, "subscriptions list --server http://user:" + password + "@127.0.0.1:1", "serve --addr 127.0.0.1:0", "serve --addr 127.0.0.1:0 --redis redis://:" + password + "@[::1",
		"trigger datasaur export --to http://user:" + password + "@127.0.0.1:1/ --secret " + secret,
	} {
		shown.WriteString(runIn(t, s.home, environment, strings.Fields(args)...))
	}
	for _, child := range childrenOf(s.cmd.Process.Pid) {
		shown.WriteString(child)
	}
	s.quit()
	for _, hidden := range []string{token, key, secret, bearer, password, base64.StdEncoding.EncodeToString([]byte("user:" + password))} {
		for where, text := range map[string]string{"what was shown": shown.String(), "the log": s.log.String(), "the output": s.out.String()} {
			if at := strings.Index(text, hidden); at >= 0 {
				t.Errorf("%s is in %s: …%.200q", hidden, where, text[max(0, at-100):])
			}
		}
	}
}

// runIn runs a command with more environment and returns all it prints.
func runIn(t *testing.T, home string, environment []string, args ...string) string {
	t.Helper()
	within, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(within, program, args...)
	cmd.Dir, cmd.WaitDelay = home, 2*time.Second
	cmd.Env = append(environment, "PATH="+searchPath(), "HOME="+home, "XDG_STATE_HOME="+filepath.Join(home, "state"), "TMPDIR="+os.TempDir())
	printed, _ := cmd.CombinedOutput() // how it ends is not the question here
	return string(printed)
}

// childrenOf are the command lines of a process's children, where the system tells.
func childrenOf(pid int) []string {
	list, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	var lines []string
	for _, file := range list {
		children, _ := os.ReadFile(file)
		for child := range strings.FieldsSeq(string(children)) {
			line, _ := os.ReadFile("/proc/" + child + "/cmdline")
			lines = append(lines, string(line))
		}
	}
	return lines
}

// quit ends the process as a crash does: with the stacks of all that runs.
func (p *process) quit() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.exited:
	case <-time.After(stopWithin):
		p.t.Fatal("SIGQUIT does not end the program")
	}
}

// rawListener answers every request with the given bytes and closes.
func rawListener(t *testing.T, answer string) string {
	t.Helper()
	var lc net.ListenConfig
	ln, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() { // ends with the listener
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 64<<10))
			_, _ = io.WriteString(conn, answer)
			_ = conn.Close()
		}
	}()
	return "http://" + ln.Addr().String() + "/"
}
