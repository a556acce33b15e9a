package browser_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"syscall"
	"testing"

	"github.com/annohook/annohook/test/program"
)

// TestReconnect ends the server under an open page. Meanwhile another process on the same Redis goes on; when the server is back, the page has
// every delivery once, newest first, without having been reloaded.
func TestReconnect(t *testing.T) {
	t.Parallel()
	redis := program.StartRedis(t)
	store := "redis://" + redis.Addr
	server, other := program.Start(t, "--redis", store), program.Start(t, "--redis", store)
	listener, _ := answering(t, "", http.StatusOK)
	server.Subscribe(t, platform, listener, nil)
	want := []string{trigger(t, server, event), trigger(t, server, event)}

	p := open(t, server.URL)
	p.expect("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE", "status of 503")
	p.visit("/")
	p.until("the page is live", isLive)
	p.mark()
	want = append(want, trigger(t, server, event))
	p.count(streamed, 3)

	port := stop(t, server)
	p.until("the page says that the connection is lost", `document.querySelector("[data-connection]").dataset.state === "lost"`)
	p.shot("connection-lost")
	for range 4 {
		want = append(want, trigger(t, other, event))
	}
	program.Start(t, "--redis", store, "--addr", "127.0.0.1:"+port)
	p.until("the page is live again", isLive)
	p.count(streamed, 7)
	want = append(want, trigger(t, other, event))
	p.count(streamed, 8)
	slices.Reverse(want)
	var got []string
	text := value[string](p, fmt.Sprintf(`JSON.stringify([...document.querySelectorAll(%q)].map((row) => row.dataset.key))`, streamed))
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("rows\n%q, want\n%q", got, want)
	}
	p.unreloaded("after the restart")
}

// stop ends a server and returns the port it had.
func stop(t *testing.T, server *program.Server) string {
	t.Helper()
	address, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(server.PID, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the port is free", func() bool { return !takes(address.Port()) })
	return address.Port()
}
