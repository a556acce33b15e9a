package redisstore

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
)

// TestGroupOfLines: lines have their own ids, share a state where the script left it out, and stand in the order of their places.
func TestGroupOfLines(t *testing.T) {
	t.Parallel()
	f := make([]string, fieldCount-hiddenFields)
	f[0], f[fieldSub-hiddenFields], f[fieldReason-hiddenFields] = "{}", "s", "any\x1fbyte\n"
	state := strings.Join(f, fieldSeparator)
	lines, last, err := New(nil, Options{}).decodeGroups([]redis.XMessage{
		{ID: "7-0", Values: map[string]any{"0dd0\t": state}},
		{ID: "7-1", Values: map[string]any{"2dd2\t": state, "0ad1\t1\t5\t6\t7\t\tstatus\t500\tfailed\tbadly": state, "1dd1\t": ""}},
	}, "7-0")
	if err != nil || last != (streamID{7, 1}) || len(lines) != 3 {
		t.Fatalf("%d lines, last %v, error %v", len(lines), last, err)
	}
	for i, want := range []struct {
		id, delivery string
		kind         history.EntryKind
	}{{"7-64", "d1", history.EntryAttempt}, {"7-65", "d1", history.EntryDelivery}, {"7-66", "d2", history.EntryDelivery}} {
		got := lines[i]
		if got.ID != want.id || got.Summary.ID != want.delivery || got.Kind != want.kind || got.Summary.Reason != "any\x1fbyte\n" {
			t.Errorf("line %d is %+v", i, got)
		}
	}
	if a := lines[0].Attempt; a == nil || a.Outcome != "failed\tbadly" || lines[1].Attempt != nil {
		t.Errorf("attempts %+v and %+v", a, lines[1].Attempt)
	}
}

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
	f.Add("1 3 5 7 9  w\nj{}2 3 5 7 9  w\nj{}", "0dd1\t", "dd1\t", strings.Repeat(fieldSeparator, fieldCount-hiddenFields-1))
	f.Add("\n", "x\t\t\t\t\t\t\t", "0123456789abcdef-", `[["a"]]`)
	f.Fuzz(func(t *testing.T, attempt, headline, place, state string) {
		line, detail, _ := strings.Cut(attempt, "\n")
		if a, err := decodeAttempt("1", line, detail); err == nil && a.Number != 1 {
			t.Fatalf("attempt %+v", a)
		}
		if list, err := decodeAttempts(attempt + state); err == nil && (len(list) == 0) != (attempt+state == "") {
			t.Fatalf("attempts %+v", list)
		}
		lines, err := store.decodeGroup(streamID{1, 2}, map[string]any{headline: state, "1" + place: attempt})
		if err == nil && (len(lines) != 2 || lines[0].ID != "1-128" || lines[1].ID != "1-129" || lines[0].Kind == "") {
			t.Fatalf("lines %+v", lines)
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

// FuzzEntryID: an id that is taken is one that Redis takes, "<number>-<number>", and the ids of a group's lines lead back to it and grow.
func FuzzEntryID(f *testing.F) {
	for _, id := range []string{"1-2", "", "-", "1", "1-", "-1", "1--2", "+1-2", "18446744073709551616-0", "01-2", "0-0", "0-9", "5-0"} {
		f.Add(id, 3)
	}
	f.Fuzz(func(t *testing.T, id string, place int) {
		at, err := parseStreamID(id)
		if err != nil {
			return
		}
		for _, c := range id {
			if (c < '0' || c > '9') && c != '-' {
				t.Fatalf("%q is taken", id)
			}
		}
		if b := at.before(); history.CompareIDs(b.String(), at.String()) >= 0 && at != b {
			t.Fatalf("%s comes before %s", b, at)
		}
		if at.number >= 1<<(64-placeBits) || place < 0 || place >= groupMost {
			return
		}
		if back, err := groupOf(at.line(place)); err != nil || back != at {
			t.Fatalf("line %d of %s has the id %s of group %s, %v", place, at, at.line(place), back, err)
		}
		if place > 0 && history.CompareIDs(at.line(place-1), at.line(place)) >= 0 {
			t.Fatalf("ids do not grow at line %d of %s", place, at)
		}
	})
}
