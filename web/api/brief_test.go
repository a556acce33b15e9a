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
