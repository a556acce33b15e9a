package main

import (
	"net/http"
	"testing"
)

// TestRefusalsNameFlags: what the server refuses is told in the words of the command line.
func TestRefusalsNameFlags(t *testing.T) {
	t.Parallel()
	_, base := serve(t)
	on := func(args ...string) result { return call(t, append(args, "--server", base)...) }
	const url = "http://127.0.0.1:1/hook"
	on("subscriptions", "add", "argilla", url, "--id", "one").want(t, 0)
	tests := []struct {
		code int
		says string
		args []string
	}{
		{2, `annohook: PLATFORM: unknown platform "argila"; allowed: argilla,`, []string{"subscriptions", "add", "argila", url}},
		{2, `annohook: --platform: unknown platform "argila"`, []string{"subscriptions", "add", "--platform", "argila", "--url", url}},
		{2, `annohook: URL: unusable target URL`, []string{"subscriptions", "add", "argilla", "nothing"}},
		{2, `annohook: --url: unusable target URL`, []string{"subscriptions", "update", "one", "--url", "nothing"}},
		{2, `annohook: --event: unknown event type "record.complete"`, []string{"subscriptions", "add", "argilla", url, "--event", "record.complete"}},
		{2, `annohook: --quirk odd: unknown quirk`, []string{"subscriptions", "add", "argilla", url, "--quirk", "odd"}},
		{2, `annohook: --header "a b": not a header name`, []string{"subscriptions", "add", "argilla", url, "--header", "a b: c"}},
		{2, `annohook: --retry delays[1]: `, []string{"subscriptions", "add", "argilla", url, "--retry", "10s,20000h"}},
		{2, `annohook: --scope pool: is unknown; allowed: pool_id; --options batch.window: `, []string{
			"subscriptions", "add", "toloka", url, "--scope", `{"pool":1}`, "--options", `{"batch":{"window":"x"}}`,
		}},
		{1, "annohook: a subscription with this id exists already\n", []string{"subscriptions", "add", "argilla", url, "--id", "one"}},
		{2, `annohook: EVENT: unknown event type "record.complete"`, []string{"trigger", "argilla", "record.complete"}},
		{2, `annohook: --set: path "foo": `, []string{"trigger", "argilla", "record.completed", "--set", "foo=1"}},
		{2, `annohook: --subscription: no subscription has the id "two"`, []string{"trigger", "argilla", "record.completed", "--subscription", "two"}},
		{2, `annohook: --idempotency-key: must be 1 to 255`, []string{"trigger", "argilla", "record.completed", "--idempotency-key", "a b"}},
		{2, `annohook: --set foo: is unknown; allowed: `, []string{"act", "argilla", "submit-response", "--set", "foo=1"}},
		{2, `annohook: --status: `, []string{"deliveries", "list", "--status", "odd"}},
		{2, `annohook: --status: `, []string{"deliveries", "replay", "--status", "odd"}},
		{2, `annohook: --query: "odd:x" at character 1: unknown key`, []string{"deliveries", "list", "-q", "odd:x"}},
		{2, `annohook: retyr: unknown field; allowed: profile, url`, []string{"subscriptions", "update", "one", "--reset", "retyr"}},
	}
	for _, tc := range tests {
		on(tc.args...).want(t, tc.code, tc.says)
	}
	call(t, "trigger", "argilla", "ping", "--to", "nothing").want(t, 2, "annohook: --to: unusable target URL")
	call(t, "trigger", "argilla", "ping", "--to", url, "--secret", "short").want(t, 2, "annohook: --secret: secret must be")
	on("subscriptions", "update", "one", "--event", "none").want(t, 0)
	got := on("trigger", "argilla", "record.completed").want(t, problemCode(http.StatusConflict), "no subscription wants this event (one: it wants other events)\n")
	if got.err != "annohook: no subscription wants this event (one: it wants other events)\n" {
		t.Errorf("told twice: %s", got.err)
	}
}
