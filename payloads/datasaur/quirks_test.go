package datasaur_test

import (
	"encoding/json"
	"testing"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/datasaur"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/subscriptions"
)

func TestQuirks(t *testing.T) {
	w := newTeam(t)
	project := w.act("create-project").Result
	edit := w.act("update-labels", "project", at(project, "id"), "edits", 3)
	done := w.act("complete-project")
	label := func(quirks map[string]bool) payloads.Value {
		return at(w.event(edit, 0, quirks), "data", "labelUpdateList", "toUpsertList", 0)
	}
	end := func(quirks map[string]bool) int64 {
		var v struct {
			EndCharIndex int64 `json:"endCharIndex"`
		}
		if err := json.Unmarshal([]byte(printed(t, label(quirks))), &v); err != nil {
			t.Fatal(err)
		}
		return v.EndCharIndex
	}
	if end(map[string]bool{"inclusive-end": false}) != end(nil)+1 {
		t.Error("inclusive-end does nothing")
	}
	if got := at(label(map[string]bool{"numeric-author": false}), "labeledByUserId"); got != at(edit.Result, "by") {
		t.Errorf("without numeric-author the author is %v", got)
	}
	labeler := at(w.event(done, 0, map[string]bool{"empty-names": true}), "data", "labeler")
	if at(labeler, "name") != "" || at(labeler, "username") != "" || at(labeler, "email") == "" {
		t.Errorf("with empty-names the labeler is %s", printed(t, labeler))
	}
	if plain := at(w.event(done, 0, nil), "data", "labeler"); at(plain, "name") == "" && at(plain, "username") == "" {
		t.Error("the labeler has no names anyway, so nothing was tested")
	}
}

func TestQuirksOfTheWire(t *testing.T) {
	for _, p := range datasaur.Platforms() {
		s := payloadtest.Subscription(p)
		s.Headers = subscriptions.Headers{{Name: "user-agent", Value: "Mine"}, {Name: "connection", Value: "upgrade"}, {Name: "x-a", Value: "b"}}
		s.Secret = ""
		sign := func(quirks map[string]bool) payloads.Signed {
			s.Quirks = quirks
			signed, err := p.Sign(payloads.Message{Method: "POST", Body: []byte("{}")}, payloadtest.Stamp(s))
			if err != nil {
				t.Fatal(err)
			}
			return signed
		}
		fixed := sign(map[string]bool{"fixed-headers": true}).Header
		if fixed.Get("User-Agent") != "Datasaur" || fixed.Get("Connection") == "upgrade" || fixed.Get("X-A") != "b" {
			t.Errorf("%s: with fixed-headers %v", p.Profile, fixed)
		}
		const empty = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" // HMAC-SHA256 of nothing with an empty key
		if got := sign(map[string]bool{"sign-without-secret": true}); got.Signature == nil || len(got.Signature.Value) != len(empty) || got.Signature.Value == empty {
			t.Errorf("%s: with sign-without-secret %+v", p.Profile, got.Signature)
		}
		s.Headers = nil
		closes := p.Profile == datasaur.Profile2020
		for value, want := range map[bool]string{true: "close", false: "keep-alive"} {
			if got := sign(map[string]bool{"connection-close": value}).Header.Get("Connection"); got != want {
				t.Errorf("%s: with connection-close %v it is %s", p.Profile, value, got)
			}
			if got := sign(nil).Header.Get("Connection"); value == closes && got != want {
				t.Errorf("%s: by default it is %s", p.Profile, got)
			}
		}
		s.Quirks = map[string]bool{"put-notifications": true}
		list, err := p.Compose(payloads.Item{Subscription: s, Type: p.Events[0], Event: payloads.Obj("a", 1)})
		if err != nil || list[0].Method != "PUT" {
			t.Errorf("%s: with put-notifications %v, %v", p.Profile, list, err)
		}
	}
}
