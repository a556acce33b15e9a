package scheduler_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// trigger asks for one event whose content is fixed.
func fixedTrigger() scheduler.Trigger {
	seed, now := uint64(7), start.Add(-time.Hour)
	return scheduler.Trigger{
		Platform: invented.ID, Type: invented.NoteAdded, Variant: "long", Seed: &seed, Now: &now,
		Override: payloads.Override{Set: []payloads.Assignment{{Path: "note.text", Value: "<b>ü"}}},
	}
}

func TestAPreviewIsWhatIsSent(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]string{"by itself": "", "in a batch": `{"window":"5s","max":3}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.subscribe(options)
			got, err := r.Preview(t.Context(), fixedTrigger())
			if err != nil || len(got.Items) != 1 || len(got.Items[0].Requests) != 1 {
				t.Fatalf("got %+v, error %v", got, err)
			}
			if counts, err := r.history.Counts(t.Context()); err != nil || len(counts.Deliveries) != 0 {
				t.Errorf("a preview stores %v (error %v)", counts.Deliveries, err)
			}
			item := got.Items[0]
			if want := map[string]time.Duration{"by itself": 0, "in a batch": 5 * time.Second}[name]; item.Window != want {
				t.Errorf("window %v, want %v", item.Window, want)
			}
			r.publish(fixedTrigger())
			r.runFor(10 * time.Second)
			if len(r.wire.sent) != 1 {
				t.Fatalf("%d requests were sent", len(r.wire.sent))
			}
			sent := r.wire.sent[0].request
			if diff := cmp.Diff(string(sent.Body), string(item.Requests[0].Body)); diff != "" {
				t.Errorf("body (-sent +preview):\n%s", diff)
			}
			fixed := func(h payloads.Header) payloads.Header {
				return slices.DeleteFunc(slices.Clone(h), func(f payloads.Field) bool { return slices.Contains(item.Requests[0].Fresh, f.Name) })
			}
			if diff := cmp.Diff(fixed(sent.Record().Header), fixed(item.Requests[0].Header)); diff != "" {
				t.Errorf("what is fixed of the header (-sent +preview):\n%s", diff)
			}
			want := []string{invented.SignatureHeader, invented.AttemptHeader}
			for _, name := range want {
				if !slices.Contains(item.Requests[0].Fresh, name) {
					t.Errorf("%s is not marked as made anew; marked are %v", name, item.Requests[0].Fresh)
				}
			}
		})
	}
}

func TestAPreviewTellsWhoGetsTheEvent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if got, err := r.Preview(t.Context(), fixedTrigger()); err != nil || len(got.Items)+len(got.Reasons) != 0 {
		t.Errorf("without subscriptions: %+v, error %v", got, err)
	}
	off := r.subscribe("", func(s *subscriptions.Subscription) { s.Enabled = false })
	other := r.subscribe("", func(s *subscriptions.Subscription) { s.Scope = []byte(`{"box":"B"}`) })
	for range scheduler.MaxPreviews + 2 {
		r.subscribe("")
	}
	tr := fixedTrigger()
	tr.Override.Set = append(tr.Override.Set, payloads.Assignment{Path: "note.box", Value: "A"})
	got, err := r.Preview(t.Context(), tr)
	if err != nil || len(got.Items) != scheduler.MaxPreviews || got.More != 2 {
		t.Fatalf("%d items and %d more, error %v", len(got.Items), got.More, err)
	}
	want := []scheduler.Reason{{SubscriptionID: off.ID, Why: "it is disabled"}, {SubscriptionID: other.ID, Why: "its scope is box B"}}
	if diff := cmp.Diff(want, got.Reasons); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
	one, err := r.PreviewFor(tr, off)
	if err != nil || len(one.Requests) != 1 || !strings.Contains(string(one.Requests[0].Body), `"box":"A"`) {
		t.Errorf("for one that does not get it: %+v, error %v", one, err)
	}
}

func TestAPreviewRefusesWhatPublishRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sub := r.subscribe("")
	for name, spoil := range map[string]func(*scheduler.Trigger){
		"type":         func(tr *scheduler.Trigger) { tr.Type = "none" },
		"path":         func(tr *scheduler.Trigger) { tr.Override.Set[0].Path = "note.txt" },
		"subscription": func(tr *scheduler.Trigger) { tr.SubscriptionIDs = []string{"none"} },
		"body":         func(tr *scheduler.Trigger) { tr.Body = []byte("x") },
	} {
		tr := fixedTrigger()
		spoil(&tr)
		_, err := r.Preview(t.Context(), tr)
		if _, ok := errors.AsType[*scheduler.InvalidError](err); !ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	bad := newRig(t, func(o *scheduler.Options) { o.Sender = unsendable{} })
	if _, err := bad.PreviewFor(fixedTrigger(), sub); err == nil || !strings.Contains(err.Error(), "subscription_ids: cannot prepare") {
		t.Errorf("a request that cannot be made: %v", err)
	}
	tr := fixedTrigger()
	tr.Type = invented.NoteRemoved
	tr.Variant = ""
	sub.Profile = "v2"
	if _, err := r.PreviewFor(tr, sub); err == nil || !strings.Contains(err.Error(), "has no event type") {
		t.Errorf("a type that the profile has not: %v", err)
	}
	if page, err := r.history.List(t.Context(), history.Query{}); err != nil || len(page.Items) != 0 {
		t.Errorf("%d deliveries were stored, error %v", len(page.Items), err)
	}
}

// unsendable can prepare nothing.
type unsendable struct{ scheduler.Sender }

func (unsendable) Prepare(payloads.Platform, payloads.Message, payloads.Stamp) (sender.Request, error) {
	return sender.Request{}, sender.ErrPrepare
}
