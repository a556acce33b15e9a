package main

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

func TestStory(t *testing.T) {
	t.Parallel()
	_, base := serve(t)
	play := func(args ...string) result {
		t.Helper()
		return call(t, append(append([]string{"story"}, args...), "--server", base, "--speed", "max")...)
	}
	play("toloka", "first-pool").want(t, 1, "nothing selected", "1/", "0 deliveries")
	h := newTarget(t, "toloka", "", "200")
	call(t, "subscriptions", "add", "toloka", h.url, "--server", base).want(t, 0)
	told := play("toloka", "first-pool", "--wait", "settled").want(t, 0, "succeeded  200")
	if len(h.got()) == 0 {
		t.Errorf("nothing came of:\n%s", told.out)
	}
	played := decode[playedStory](t, play("toloka", "first-pool", "--wait", "settled", "--seed", "5", "-o", "json").want(t, 0).out)
	if played.Story != "first-pool" || len(played.Steps) < 3 || len(played.Delivered) == 0 {
		t.Fatalf("%+v", played)
	}
	for i, step := range played.Steps {
		if step.Step != i+1 || step.Note == "" || step.Seed != uint64(5+i) || strings.Contains(string(step.Params), `"{`) {
			t.Errorf("step %d: %+v", i+1, step)
		}
	}
	lines := strings.Split(strings.TrimSpace(play("toloka", "first-pool", "-o", "jsonl").want(t, 0).out), "\n")
	if len(lines) != len(played.Steps) {
		t.Errorf("%d lines, want one for each of %d steps", len(lines), len(played.Steps))
	}
	play("toloka", "first-pool", "--subscription", "nobody").want(t, 2, "step 1 of")
}

// TestStoryInterrupted: Ctrl-C between two steps ends the story in order.
func TestStoryInterrupted(t *testing.T) {
	t.Parallel()
	_, base := serve(t)
	b := start(t, "", "story", "argilla", "rework", "--server", base)
	eventually(t, "the first step", func() bool { return strings.Contains(b.out.String(), "1/") })
	if code := b.end(t); code != exitInterrupted {
		t.Errorf("exit code %d, want %d", code, exitInterrupted)
	}
}

// TestStoryStopped: whatever ends a story early, the steps that were played are told as JSON, too; they cannot be taken back.
func TestStoryStopped(t *testing.T) {
	t.Parallel()
	_, base := serve(t)
	to, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int32
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
	failing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) > 2 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(failing.Close)
	got := call(t, "story", "argilla", "rework", "--server", failing.URL, "--speed", "max", "-o", "json").want(t, 3, "step 3 of")
	if played := decode[playedStory](t, got.out); len(played.Steps) != 2 || played.Steps[1].Step != 2 || played.Story != "rework" {
		t.Errorf("played %+v", played)
	}
	if got := call(t, "story", "argilla", "rework", "--server", deadURL(t), "-o", "json").want(t, 3); got.out != "" {
		t.Errorf("nothing was played, and told is %s", got.out)
	}
}

// nativeID is a platform that has an API of its own; without any, the test fails.
func nativeID(t *testing.T) string {
	t.Helper()
	for _, id := range registry(t).IDs() {
		if registry(t).Profiles(id)[0].Native != nil {
			return id
		}
	}
	t.Fatal("no platform has an API of its own")
	return ""
}

func TestTokenCommand(t *testing.T) {
	t.Parallel()
	id := nativeID(t)
	pl := registry(t).Profiles(id)[0]
	for _, args := range [][]string{nil, {"--native-token", "a-long-key"}, {"--native-token", id + "=a-long-key"}, {"--token", "a-long-key"}} {
		got := call(t, append([]string{"token", id}, args...)...).want(t, 0, pl.Native.Credential, "http://127.0.0.1:8080/"+id)
		want := openCredential
		if args != nil {
			want = "a-long-key"
		}
		if pl.Native.Token == nil && got.out != want+"\n" || strings.Contains(got.err, "a-long-key") || strings.TrimSpace(got.out) == "" {
			t.Errorf("%v: %q, and said %q", args, got.out, got.err)
		}
	}
	call(t, "token", id, "--native-token", "short").want(t, 2, "8 to 256")
	view := decode[tokenView](t, call(t, "token", id, "--server", "https://h.example", "-o", "json").want(t, 0).out)
	if view.Platform != id || view.Token == "" || view.URL != "https://h.example/"+id {
		t.Errorf("%+v", view)
	}
}

// TestNative: the platforms' own APIs answer below the server's address and on ports of their own, and the banner tells where.
func TestNative(t *testing.T) {
	t.Parallel()
	id := nativeID(t)
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { busy.Close() })
	for _, c := range [][2]string{
		{"--native nowhere=127.0.0.1:0", "unknown platform"},
		{"--native datasaur=127.0.0.1:0", "no API of its own"},
		{"--native " + id + "@9=127.0.0.1:0", "unknown profile"},
		{"--native " + id + "=0.0.0.0:0", "--native-token"},
		{"--native-token datasaur=long-enough", "no API of its own"},
		{"--native " + id + "=x", "host:port"},
		{"--native-token long-enough", "PLATFORM=KEY"},
		{"--roles worker --redis redis://127.0.0.1:1 --native " + id + "=127.0.0.1:0", "api role"},
	} {
		call(t, append([]string{"serve", "--redis", "memory", "--addr", "127.0.0.1:0"}, strings.Fields(c[0])...)...).want(t, 2, c[1])
	}
	call(t, "serve", "--redis", "memory", "--addr", "127.0.0.1:0", "--native", id+"="+busy.Addr().String()).want(t, 4, "--native "+id+"=")

	b, base := serve(t, "-o", "jsonl", "--native", id+"=127.0.0.1:0", "--native", id+"=127.0.0.1:0", "--native-token", id+"=a-long-key")
	line := decode[started](t, firstLine(b.out.String()))
	if len(line.Native) == 0 {
		t.Fatalf("the first line tells of no API: %+v", line)
	}
	own := line.Native[0]
	for _, n := range line.Native {
		if n.Platform == id {
			own = n
		}
	}
	if own.URL != base+"/"+id || len(own.Ports) != 2 || own.Profile == "" {
		t.Errorf("native APIs: %+v", line.Native)
	}
	if want := id + " API"; !strings.Contains(b.err.String(), want) || !strings.Contains(b.err.String(), "(and "+strings.Join(own.Ports, ", ")+")") {
		t.Errorf("the banner does not tell of it:\n%s", b.err)
	}
	for _, url := range append(own.Ports, own.URL) {
		resp, err := http.Get(url + "/no/such/path")
		if err != nil {
			t.Fatal(err)
		}
		var body map[string]any
		err = json.NewDecoder(resp.Body).Decode(&body)
		resp.Body.Close()
		if resp.StatusCode < 400 || err != nil || body["title"] != nil && body["type"] == nil && resp.Header.Get("Content-Type") == "application/problem+json" {
			t.Errorf("%s answers %d %v %v, want the platform's own words", url, resp.StatusCode, body, err)
		}
	}
	if code := b.end(t); code != exitInterrupted && code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, url := range own.Ports {
		if conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://")); err == nil {
			conn.Close()
			t.Errorf("%s still listens", url)
		}
	}
}
