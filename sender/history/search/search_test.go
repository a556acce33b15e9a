package search_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/search"
)

func now() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 123_456_789, time.UTC) }

// sample is the delivery that the table below asks about.
func sample() history.Summary {
	return history.Summary{
		Delivery: history.Delivery{
			ID: "01a1-Xy", Status: history.Failed, Reason: "No Attempt left", Platform: "postbox", Profile: "v1", EventType: "note.Added",
			SubscriptionID: "sub-A", EventIDs: []string{"e1", "e2"}, URL: "http://127.0.0.1:9000/Hook?a=b,c", Attempts: 4,
			CreatedAt: now().Add(-9 * time.Minute),
		},
		LastStatus: 503, LastDuration: 1500 * time.Millisecond, LastOutcome: "Ignored by them", LastFailure: payloads.FailureStatus,
	}
}

func TestTermsFindWhatTheyName(t *testing.T) {
	t.Parallel()
	body := []byte(`{"text": "Grüße, 10:30 and more", "path": "C:\\temp"}`)
	for query, want := range map[string]bool{
		"": true, "  ": true,
		"status:failed": true, "STATUS:Failed": true, "status:succeeded,failed": true, "status:pending": false, "-status:pending": true, "-status:failed": false,
		"-status:pending,failed": false, "status:*ed": true, "status:c*": false,
		"platform:postbox": true, "platform:PostBox": true, "platform:p*x": true, "platform:p*y": false, "profile:v1": true, "profile:V1": false,
		"type:note.added": true, "type:note.*": true, "type:NOTE*": true, "type:note": false, "type:*.added,x": true, `type:note\*`: false,
		"subscription:sub-A": true, "subscription:sub-a": false, "event:e2": true, "event:e3": false, "-event:e3": true, "-event:e3,e1": false, "id:01a1*": true,
		"url:/hook": true, "url:127.0.0.1:9000": true, "url:http://127*hook": true, `url:"b,c"`: true, `url:b\,c`: true, "url:b,c": true, "url:nowhere": false,
		"reason:attempt": true, `reason:"no attempt"`: true, "reason:none": false, "-reason:none": true, "outcome:ignored*": true, "outcome:ignored": false,
		`outcome:"ignored by them"`: true, "outcome:none": false, "error:status": true, "error:none": false, "error:timeout,status": true, "error:t*": false,
		"code:503": true, "code:>=500": true, "code:>503": false, "code:<=503": true, "code:<503": false, "code:5xx": true, "code:4XX,5xx": true, "code:500..502": false,
		"code:500..503": true, "code:none": false, "code:=503": true, "-code:2xx": true, "code:0": false,
		"attempt:>1": true, "attempt:4": true, "attempt:<4": false, "attempt:1..9": true, "attempt:0": false,
		"latency:>1s": true, "latency:>1.5s": false, "latency:>=1.5s": true, "latency:1s..2s": true, "latency:<1s": false, "latency:none": false,
		"after:10m": true, "after:5m": false, "before:5m": true, "before:10m": false, "after:2026-11-21": true, "after:2026-11-22": false, "before:2026-11-22": true,
		"after:2026-11-21T11:51": true, "after:2026-11-21T11:51:01": false, "after:2026-11-21T13:51:00.1+02:00": true, "after:1d": true, "after:1d2h5m": true,
		"-after:10m": false, "after:10m before:5m": true, "after:5m before:10m": false,
		"hook": true, "HOOK added": true, "hook absent": false, "grüße": true, "-absent": true, "-hook": false, "-grüße": false, "10:30": true,
		`"10:30 and"`: true, `"30 10"`: false, `-"10:30 and"`: false, "http://127.0.0.1:9000/hook": true, "127.0.0.1:9000": true, "-": true, `\\temp`: true, "a*b": false,
		`"\"text\":"`: true, `":\\\\temp"`: true, "status:failed hook": true, "status:failed nowhere": false, "left": true,
	} {
		f, err := search.Parse(query, now())
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		q := history.Query{Filter: f}
		if got := q.Admits(sample()) && q.Finds(sample(), body); got != want {
			t.Errorf("%s: found %v, want %v; read as %v", query, got, want, f)
		}
		if q.Admits(sample()) && !q.NeedsBody(sample()) && q.FindsInSummary(sample()) != q.Finds(sample(), body) {
			t.Errorf("%s: the body matters, though NeedsBody denies it", query)
		}
		again, err := search.Parse(f.String(), now().Add(time.Hour))
		if diff := cmp.Diff(f, again); diff != "" || err != nil {
			t.Errorf("%s printed as %s and read again: %v\n%s", query, f, err, diff)
		}
	}
}

func TestAFilterPrintsInOneForm(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		" STATUS:Failed,retrying   -x ":                         "status:failed,retrying -x",
		`type:"response.*" url:"a b"`:                           `type:response.* url:"a b"`,
		`type:a***b,\*`:                                         `type:a*b,\*`,
		"attempt:>1 attempt:<3":                                 "attempt:>=2 attempt:<=2",
		"code:5xx code:>499 code:none":                          "code:500..599 code:>=500 code:none",
		"latency:>1s latency:=250ms":                            "latency:>=1.000000001s latency:250ms",
		"after:10m before:2026-11-21":                           "after:2026-11-21T11:50:00.123456Z before:2026-11-21T00:00:00Z",
		`"plain" "two words" "-x" "a:b" "http://x" "\"" -"c d"`: `plain "two words" "-x" "a:b" http://x "\"" -"c d"`,
		`error:none reason:"none" reason:none`:                  `error:none reason:"none" reason:none`,
	} {
		f, err := search.Parse(query, now())
		if err != nil || f.String() != want {
			t.Errorf("%s: got %s, %v; want %s", query, f, err, want)
		}
	}
}

func TestMistakesAreExplained(t *testing.T) {
	t.Parallel()
	known := search.Parser{Platforms: []string{"postbox", "parcel"}}
	for query, want := range map[string]string{
		"staus:failed":        `"staus:failed" at character 1: unknown key "staus"; did you mean "status"? allowed: status, platform`,
		"grüße -zzzzzz:1":     `"-zzzzzz:1" at character 7: unknown key "zzzzzz"; allowed: status`,
		"localhost:9000":      `put it in quotes`,
		"status:faild":        `unknown status "faild"; did you mean "failed"? allowed: collecting, pending`,
		"status:zz,failed":    `unknown status "zz"; allowed: collecting`,
		"platform:potsbox":    `did you mean "postbox"? allowed: postbox, parcel`,
		"error:tiemout":       `did you mean "timeout"?`,
		"status:":             `"status:" at character 1: status: needs a value`,
		"error:":              "none stands for none",
		"status:failed,":      "needs a value",
		`type:""`:             "needs a value",
		`""`:                  "nothing between the quotes",
		`"open`:               "closing quote is missing",
		`type:"open`:          "closing quote is missing",
		`"a"b`:                "a space must follow",
		`type:"a"b`:           "a space or a comma must follow",
		"attempt:many":        `"many" is not a whole number from 0; allowed: 3, >1`,
		"attempt:-1":          "not a whole number",
		"attempt:<0":          "no value is in this range",
		"attempt:3..2":        "no value is in this range",
		"attempt:<>2":         `unknown comparison "<>"`,
		"attempt:none":        "not a whole number",
		"code:>=":             "not a whole number",
		"latency:>1000":       `"1000" is not a duration; allowed: >250ms`,
		"after:yesterday":     "allowed: 10m, 36h, 2d, 2026-11-21",
		"after:10m,20m":       "takes one value",
		"before:-5m":          "takes a time or how long ago",
		"after:1850-01-01":    "takes a time from 1970 to 2199",
		"status:failed a:b c": `"a:b" at character 15: unknown key "a"`,
	} {
		_, err := known.Parse(query, now())
		if _, ok := errors.AsType[*search.Error](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", query, err, want)
		}
	}
	for _, query := range []string{
		strings.Repeat("x", search.MaxBytes+1), strings.Repeat("x ", search.MaxTerms+1), "status:" + strings.Repeat("failed,", search.MaxValues) + "failed",
	} {
		if _, err := search.Parse(query, now()); err == nil {
			t.Errorf("a query of %d bytes was taken", len(query))
		}
	}
}

func TestEveryKeyIsExplainedByAnExampleThatParses(t *testing.T) {
	t.Parallel()
	for _, k := range search.Keys() {
		f, err := search.Parse(k.Example, now())
		if err != nil || len(f) != 1 || k.Meaning == "" {
			t.Errorf("%+v: %v, %v", k, f, err)
		}
		for _, v := range k.Values {
			if _, err := search.Parse(k.Name+":"+v, now()); err != nil {
				t.Error(err)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", "a b", `"a \" b" -c`, "status:failed,retrying -type:response.*", "code:>=500 code:5xx code:none code:1..1", "attempt:>1", "latency:1s..2m", "after:10m",
		"before:2026-11-21", `url:"a,b c"`, `url:\*\,\\`, "http://x", "-", "--x", `type:***`, "reason:none", `reason:"none"`, "a:b", "\xff:\xff", "type:\xff*", "after:9999-12-31T23:59:59-23:59",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		filter, err := search.Parse(s, now())
		if err != nil {
			return
		}
		printed := filter.String()
		again, err := search.Parse(printed, now().Add(time.Hour))
		if len(printed) > search.MaxBytes {
			return // escapes may make it longer than what is taken
		}
		if diff := cmp.Diff(filter, again); diff != "" || err != nil {
			t.Fatalf("%q printed as %q and read again: %v\n%s", s, printed, err, diff)
		}
		if again.String() != printed {
			t.Fatalf("%q printed as %q, then as %q", s, printed, again)
		}
		q := history.Query{Filter: filter}
		if summary := sample(); q.Admits(summary) && !q.NeedsBody(summary) && q.FindsInSummary(summary) != q.Finds(summary, []byte(s)) {
			t.Fatalf("%q: the body matters, though NeedsBody denies it", s)
		}
	})
}
