package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/annohook/annohook/web/client"
)

// TestARefusalStaysSmall: a body can hold a million things that are wrong; the answer tells the first few.
func TestARefusalStaysSmall(t *testing.T) {
	r := newRig(t)
	const many = 20_000
	var keys, paths strings.Builder
	for i := range many {
		fmt.Fprintf(&keys, `"k%d":0,`, i)
		fmt.Fprintf(&paths, `,{"path":"note.p%d","value":1}`, i)
	}
	twice := strings.Repeat(`"url":"x",`, many)
	for name, c := range map[string][2]string{
		"unknown fields":  {"/api/v1/subscriptions", "{" + keys.String() + `"platform":"postbox"}`},
		"a field twice":   {"/api/v1/subscriptions", "{" + twice + `"platform":"postbox"}`},
		"no texts":        {"/api/v1/subscriptions", `{"platform":"postbox","url":"http://127.0.0.1:1/","events":[null` + strings.Repeat(",null", many) + `]}`},
		"unknown events":  {"/api/v1/subscriptions", `{"platform":"postbox","url":"http://127.0.0.1:1/","events":["x"` + strings.Repeat(`,"y"`, many) + `]}`},
		"unknown quirks":  {"/api/v1/subscriptions", `{"platform":"postbox","url":"http://127.0.0.1:1/","quirks":{` + strings.ReplaceAll(keys.String(), ":0", ":true") + `"z":true}}`},
		"bad delays":      {"/api/v1/subscriptions", `{"platform":"postbox","url":"http://127.0.0.1:1/","retry":{"delays":["x"` + strings.Repeat(`,"y"`, many) + `]}}`},
		"unknown paths":   {"/api/v1/events", `{"platform":"postbox","type":"note.added","set":[{"path":"type","value":"x"}` + paths.String() + `]}`},
		"unknown targets": {"/api/v1/events", `{"platform":"postbox","type":"note.added","subscription_ids":["x"` + strings.Repeat(`,"y"`, many) + `]}`},
	} {
		w := r.call("POST", c[0], c[1])
		var p client.Problem
		w.into(&p)
		if w.status < 400 || w.status > 499 || len(w.body) > 64<<10 || len(p.Errors) == 0 {
			t.Errorf("%s: %d with %d errors in %d bytes", name, w.status, len(p.Errors), len(w.body))
		}
	}
}

// TestARefusalShortensLongNames: one wrong name can be as long as a body. What is allowed is told all the same.
func TestARefusalShortensLongNames(t *testing.T) {
	r := newRig(t)
	long := strings.Repeat("é", 400_000)
	subscription := func(more string) string { return `{"platform":"postbox","url":"http://127.0.0.1:1/",` + more + `}` }
	for name, c := range map[string]struct{ path, body, says string }{
		"platform": {"/api/v1/events", `{"platform":"` + long + `","type":"x"}`, "allowed: postbox"},
		"type":     {"/api/v1/events", `{"platform":"postbox","type":"` + long + `"}`, "note.added"},
		"profile":  {"/api/v1/events", `{"platform":"postbox","type":"note.added","profile":"` + long + `"}`, "v1, v2"},
		"target":   {"/api/v1/events", `{"platform":"postbox","type":"note.added","subscription_ids":["` + long + `"]}`, "no subscription has the id"},
		"action":   {"/api/v1/actions", `{"platform":"postbox","action":"` + long + `"}`, "add-notes"},
		"event":    {"/api/v1/subscriptions", subscription(`"events":["` + long + `"]`), "note.added"},
		"header":   {"/api/v1/subscriptions", subscription(`"headers":{"a b` + long + `":""}`), "not a header name"},
		"quirk":    {"/api/v1/subscriptions", subscription(`"quirks":{"` + long + `":true}`), "loud"},
	} {
		a := r.call("POST", c.path, c.body)
		if errs := a.problem(422); len(errs) != 1 || len(a.body) > 8<<10 || !strings.Contains(string(a.body), c.says) {
			t.Errorf("%s: %d errors in %d bytes: %.500s", name, len(errs), len(a.body), a.body)
		}
	}
}
