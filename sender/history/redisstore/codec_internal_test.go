package redisstore

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
)

// FuzzDetail gives attempts any bytes; what was kept must come back.
func FuzzDetail(f *testing.F) {
	f.Add("POST", "http://x.test/", "X-A", "1", []byte("body"), 200, "why")
	f.Add("", "\xff", "é", "\x00\n", []byte{0, 255}, 0, "\u2028<&>")
	f.Add("PUT", "u", "", "", make([]byte, 5000), 599, "")
	store := New(nil, Options{})
	f.Fuzz(func(t *testing.T, method, url, name, value string, body []byte, status int, why string) {
		if method != string([]rune(method)) {
			return // methods are ASCII
		}
		want := history.Attempt{
			Number: 3, ScheduledAt: time.UnixMicro(5).UTC(), StartedAt: time.UnixMicro(7).UTC(), Duration: 9, Duplicate: true, Worker: "w 1",
			Why: why, Message: value, Failure: payloads.FailureStatus, Outcome: "o",
			Request: &sender.RequestRecord{Method: method, URL: url, Header: payloads.Header{{Name: name, Value: value, Secret: true}}},
			Reply:   &payloads.Reply{Status: status, Header: payloads.Header{}, Body: body, Message: why},
		}
		detail, err := store.encodeDetail(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeAttempt("3", "5 7 9 1 w 1", string(detail))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// FuzzDecode gives the readers records that no script wrote; they must answer an error and not panic.
func FuzzDecode(f *testing.F) {
	store := New(nil, Options{})
	f.Add("5 7 9 1 w\nj{}", "1\t5\t7\t9\t1\tstatus\t200\tfailed", "0000000000000005-d1", `{"u":["AA=="]}`)
	f.Add("5 7 9  \nz\x00", "", "-", `{"u":[]}`)
	f.Add("\n", "x\t\t\t\t\t\t\t", "0123456789abcdef-", `[["a"]]`)
	f.Fuzz(func(t *testing.T, attempt, headline, place, state string) {
		line, detail, _ := strings.Cut(attempt, "\n")
		if a, err := decodeAttempt("1", line, detail); err == nil && a.Number != 1 {
			t.Fatalf("attempt %+v", a)
		}
		if a, err := decodeHeadline(headline); err == nil && a == nil {
			t.Fatal("neither headline nor error")
		}
		if c, err := memberCursor(place); err == nil && member(c.At, c.ID) != place {
			t.Fatalf("member %q became %q", place, member(c.At, c.ID))
		}
		if s, err := store.shown("d1", []any{state + place, state, state}); err == nil && s.ID != "d1" {
			t.Fatalf("delivery %+v", s)
		}
	})
}

// FuzzEntryID: what is called well-formed must be an id that Redis takes, "<number>-<number>".
func FuzzEntryID(f *testing.F) {
	for _, id := range []string{"1-2", "", "-", "1", "1-", "-1", "1--2", "+1-2", "18446744073709551616-0", "01-2"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		if !wellFormed(id) {
			return
		}
		for _, c := range id {
			if (c < '0' || c > '9') && c != '-' {
				t.Fatalf("%q is well-formed", id)
			}
		}
	})
}
