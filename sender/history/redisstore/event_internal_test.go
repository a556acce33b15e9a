package redisstore

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/sender/history"
)

// kept is what the scripts keep of an event.
func kept(t *testing.T, s *Store, e history.Event) []byte {
	t.Helper()
	args := s.eventArgs(e)
	place, _ := args[1].(string)
	platform, _ := args[2].(string)
	record, _ := args[3].([]byte)
	if !strings.HasPrefix(string(record), place+"\n"+platform+"\n") {
		t.Errorf("record %q does not begin with place %q and platform %q", record, place, platform)
	}
	return record
}

// FuzzEvent gives events any subject and body; what was kept must come back.
func FuzzEvent(f *testing.F) {
	f.Add("act", []byte(`{"a":1}`), []byte(nil))
	f.Add("", []byte(nil), []byte{0, 255, '\n'})
	f.Add("act", []byte("\xff\xfe"), make([]byte, 5000))
	store := New(nil, Options{})
	f.Fuzz(func(t *testing.T, action string, subject, body []byte) {
		if action != string([]rune(action)) || len(subject) == 0 {
			return // actions are text, and a subject is never empty but nil
		}
		want := history.Event{
			ID: "e", Platform: "p", Action: action, Subject: subject, Body: body, Seed: 1<<63 + 1, CreatedAt: time.UnixMicro(5).UTC(),
		}
		if len(body) == 0 {
			want.Body = nil
		}
		got, err := decodeEvent(kept(t, store, want))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestEventOfAnOlderProgramIsRead(t *testing.T) {
	t.Parallel()
	got, err := decodeEvent([]byte("0000000000000005-e\np\n" + `{"ID":"e","Platform":"p","Seed":7,"Body":"e30="}`))
	want := history.Event{ID: "e", Platform: "p", Seed: 7, Body: []byte("{}")}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v, event (-want +got):\n%s", err, diff)
	}
}

func TestDamagedEventsAreErrors(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a\nb", "a\nb\n", "a\nb\n{", "a\nb\nzzz", "a\nb\n?", `a` + "\nb\n" + `{"Subject":[]}`} {
		if e, err := decodeEvent([]byte(text)); err == nil {
			t.Errorf("%q: no error, event %+v", text, e)
		}
	}
}

func TestLargeSubjectIsDeflated(t *testing.T) {
	t.Parallel()
	subject := []byte(`{"texts":[`)
	for range 500 {
		subject = append(subject, `"the same words again",`...)
	}
	subject = append(subject, `""]}`...)
	if got := len(kept(t, New(nil, Options{}), history.Event{ID: "e", Subject: subject})); got > len(subject)/4 {
		t.Errorf("%d bytes kept for a subject of %d", got, len(subject))
	}
}
