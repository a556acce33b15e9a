package scheduler_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/subscriptions"
)

// TestWhatAPlatformDoesNotHaveIsRefused: a platform whose catalogue describes no scope or no options need not refuse them itself.
func TestWhatAPlatformDoesNotHaveIsRefused(t *testing.T) {
	t.Parallel()
	const given = `{"box":"A"}`
	for _, tt := range []struct {
		name           string
		has            []string // places of its options
		scope, options string
		want           string // fields of the problems
	}{
		{"neither", nil, given, given, "scope options"},
		{"nothing is given", nil, ` { } `, `null`, ""},
		{"a scope only", []string{payloads.InScope}, given, given, "options"},
		{"options only", []string{payloads.InOptions}, given, given, "scope"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := invented.Platforms()[0]
			p.Options = slices.DeleteFunc(slices.Clone(p.Options), func(o payloads.Option) bool { return !slices.Contains(tt.has, o.In) })
			registry, err := payloads.NewRegistry([]payloads.Platform{p})
			if err != nil {
				t.Fatal(err)
			}
			r := newRig(t, func(o *scheduler.Options) { o.Registry = registry })
			_, err = r.Scheduler.Subscribe(t.Context(), subscriptions.Subscription{
				Platform: invented.ID, URL: "http://listener.test/", Scope: []byte(tt.scope), Options: []byte(tt.options),
			})
			var fields []string
			if wrong, ok := errors.AsType[*scheduler.InvalidError](err); ok {
				for _, problem := range wrong.Problems {
					fields = append(fields, problem.Field)
				}
			} else if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(fields, " "); got != tt.want {
				t.Errorf("refused: %q, want %q (%v)", got, tt.want, err)
			}
		})
	}
}
