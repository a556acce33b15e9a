package sender_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
	postbox "github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/subscriptions"
)

func TestShortPasswordsAreHiddenWithoutGarblingTheMessage(t *testing.T) {
	t.Parallel()
	s := newSender(t)
	stamp := payloads.Stamp{Subscription: subscriptions.Subscription{URL: "http://u:p@127.0.0.1:1/"}, Attempt: 1}
	request, err := s.Prepare(postbox.Platforms()[0], payloads.Message{Method: "POST", Body: []byte("{}")}, stamp)
	if err != nil {
		t.Fatal(err)
	}
	report := s.Do(t.Context(), request)
	if report.Reply.Failure != payloads.FailureRefused || !strings.HasPrefix(report.Reply.Message, "dial tcp 127.0.0.1:1") {
		t.Errorf("failure %s: %q", report.Reply.Failure, report.Reply.Message)
	}
	if strings.Contains(report.Reply.Message, "u:p") {
		t.Errorf("credentials in %q", report.Reply.Message)
	}
}

// TestRepliesDoNotRepeatSecrets: a listener that sends back what it got does not bring the secrets onto the record.
func TestRepliesDoNotRepeatSecrets(t *testing.T) {
	t.Parallel()
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := r.Header.Get("Authorization")
		w.Header().Set("X-Got", got)
		_, _ = io.WriteString(w, fmt.Sprintf(`{"authorization":%q,"short":"tiny"}`, got))
	}))
	t.Cleanup(listener.Close)
	s := newSender(t)
	stamp := payloads.Stamp{Subscription: subscriptions.Subscription{URL: strings.Replace(listener.URL, "http://", "http://somebody:pass-of-somebody@", 1)}, Attempt: 1}
	request, err := s.Prepare(postbox.Platforms()[0], payloads.Message{Method: "POST", Body: []byte("{}")}, stamp)
	if err != nil {
		t.Fatal(err)
	}
	credential := "c29tZWJvZHk6cGFzcy1vZi1zb21lYm9keQ=="
	reply := s.Do(t.Context(), request).Reply
	if want := `{"authorization":"` + strings.Repeat("*", len("Basic "+credential)) + `","short":"tiny"}`; string(reply.Body) != want {
		t.Errorf("body %s, want %s", reply.Body, want)
	}
	for _, f := range reply.Header {
		if strings.Contains(f.Value, credential) {
			t.Errorf("%s: %s", f.Name, f.Value)
		}
	}
}
