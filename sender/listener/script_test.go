package listener_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/sender/listener"
)

func TestParseScript(t *testing.T) {
	ok, bad := listener.Answer{Status: 200}, listener.Answer{Status: 500}
	for script, want := range map[string][]listener.Answer{
		"":                   nil,
		"  ":                 nil,
		"200":                {ok},
		"500,500,200":        {bad, bad, ok},
		" 500 * 2 , 200 ":    {bad, bad, ok},
		"503@250ms":          {{Status: 503, Delay: 250 * time.Millisecond}},
		"reset@1s*2,hang":    {{Fault: listener.FaultReset, Delay: time.Second}, {Fault: listener.FaultReset, Delay: time.Second}, {Fault: listener.FaultHang}},
		"drop,cut":           {{Fault: listener.FaultDrop}, {Fault: listener.FaultCut}},
		"200 @ 0s":           {ok},
		"429@1h , 200 @1ms ": {{Status: 429, Delay: time.Hour}, {Status: 200, Delay: time.Millisecond}},
	} {
		got, err := listener.ParseScript(script)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v (-want +got):\n%s", script, err, diff)
		}
	}
	for _, script := range []string{
		",", "200,", "99", "100", "600", "0200", "+20", "ok", "200*0", "200*-1", "200*x", "200@", "200@-1s", "200@2", "200@2h", "200*2@1s",
		"200*10001", "200*10000,200", "drop drop",
	} {
		if got, err := listener.ParseScript(script); !errors.Is(err, listener.ErrScript) {
			t.Errorf("%q: %v, error %v", script, got, err)
		}
	}
}

// FuzzParseScript: what is accepted holds only answers that New accepts.
func FuzzParseScript(f *testing.F) {
	for _, s := range []string{"500*2,200@1s,drop", "", "hang", "200*10000", "200@1h*3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, script string) {
		answers, err := listener.ParseScript(script)
		if err != nil {
			if !errors.Is(err, listener.ErrScript) || answers != nil {
				t.Fatalf("%q: %v, %v", script, answers, err)
			}
			return
		}
		if _, err := listener.New(listener.Options{Now: now, Script: answers}); err != nil {
			t.Fatalf("%q: %v", script, err)
		}
	})
}
