package main

import (
	"strings"
	"testing"

	"github.com/annohook/annohook/sender/history/search"
)

// TestSearch asks a server in the language of searches.
func TestSearch(t *testing.T) {
	t.Parallel()
	_, base := serve(t, "--time-scale", "0.001")
	on := func(args ...string) result {
		t.Helper()
		return call(t, append(args, "--server", base)...)
	}
	h := newTarget(t, "toloka", "secret", "500,200")
	on("subscriptions", "add", "toloka", h.url, "--secret", "secret", "--options", `{"batch":{"window":"0s"}}`).want(t, 0)
	on("trigger", "toloka", "POOL_CLOSED", "--wait", "settled").want(t, 0, "succeeded  200")
	on("deliveries", "list", "-q", "attempt:>1 code:2xx type:pool_* -status:failed").want(t, 0, "POOL_CLOSED")
	on("deliveries", "list", "-q", "status:failed,cancelled").want(t, 0, "no deliveries")
	on("deliveries", "list", "-q", "staus:failed").want(t, 2, `did you mean "status"`, "--query: ")
	on("deliveries", "replay", "-q", "error:timeout").want(t, 1, "no delivery matches")
	on("deliveries", "replay", "-q", "status:succeeded after:1h").want(t, 0, "1 delivery sent again")
	on("deliveries", "tail", "-q", "code:many").want(t, 2, "not a whole number")
	for _, command := range []string{"list", "tail", "replay"} {
		help := call(t, "deliveries", command, "--help").want(t, 0).out
		for _, k := range search.Keys() {
			if !strings.Contains(help, k.Example) {
				t.Errorf("the help of %s does not tell %s", command, k.Name)
			}
		}
	}
}

func TestSearchIsCompleted(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"": "status:\twhere the delivery stands", "code:5xx -err": "code:5xx -error:\t", "a status:": "a status:retrying\n", "platform:": "platform:toloka\n",
		"error:": "error:timeout\n",
	} {
		if got := call(t, "__complete", "deliveries", "list", "-q", given); !strings.Contains(got.out, want) {
			t.Errorf("%q: %s", given, got.out)
		}
	}
}
