package sender_test

import (
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
