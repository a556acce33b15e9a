package toloka_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/toloka"
)

func TestPush(t *testing.T) {
	tests := []struct {
		name  string
		reply payloads.Reply
		want  string // with the uuids left out
	}{
		{"success", payloads.Reply{Status: 204}, `{"success":true,"responseReceivedAt":"2026-11-21T10:00:00","originalStatusCode":204,`},
		{"500", payloads.Reply{Status: 500}, `{"success":false,"responseReceivedAt":"2026-11-21T10:00:00","errorType":"WRONG_STATUS_CODE","originalStatusCode":500,`},
		{"redirect", payloads.Reply{Status: 302}, `{"success":false,"responseReceivedAt":"2026-11-21T10:00:00","errorType":"WRONG_STATUS_CODE","originalStatusCode":302,`},
		{"redirect as failure", payloads.Reply{Status: 302, Failure: payloads.FailureRedirect}, `{"success":false,"responseReceivedAt":"2026-11-21T10:00:00","errorType":"WRONG_STATUS_CODE","originalStatusCode":302,`},
		{"timeout", payloads.Reply{Failure: payloads.FailureTimeout}, `{"success":false,"errorType":"REQUEST_TIMEOUT",`},
		{"refused", payloads.Reply{Failure: payloads.FailureRefused}, `{"success":false,"errorType":"CONNECTION_ERROR",`},
		{"name", payloads.Reply{Failure: payloads.FailureDNS}, `{"success":false,"errorType":"CONNECTION_ERROR",`},
		{"blocked", payloads.Reply{Failure: payloads.FailureBlocked}, `{"success":false,"errorType":"INTERNAL_ERROR",`},
		{"too large", payloads.Reply{Failure: payloads.FailureTooLarge}, `{"success":false,"errorType":"UNKNOWN",`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			row := r.want(http.StatusCreated, "PUT", hooks, form("http://127.0.0.1:9/", "POOL_CLOSED", "7", "s"))
			id, _ := at(row, "id").(string)
			r.host.reply = tt.reply
			answer := r.want(http.StatusOK, "POST", hooks+"/"+id+"/test", "null") // Java's SDK sends the text null
			sent, err := r.host.Push(t.Context(), r.subscriptions()[0].ID, toloka.TestEvent)
			if err != nil {
				t.Fatal(err)
			}
			uuid, _ := at(firstEvent(t, sent.Body), "uuid").(string)
			if got, want := show(answer), tt.want+`"uuids":["`+uuid+`"]}`; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if strings.Contains(show(answer), "_") && tt.reply.Status == 204 {
				t.Errorf("snake case: %s", show(answer))
			}
		})
	}
}
