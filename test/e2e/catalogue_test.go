package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/sender/listener"
	"github.com/annohook/annohook/web/client"
)

// TestEveryEvent triggers every event type in every profile and variant that the catalogue knows, and looks at what reaches a listener.
func TestEveryEvent(t *testing.T) {
	s := start(t, "--redis", "memory", "--time-scale", "0.02")
	tried := 0
	for _, p := range read[client.PlatformList](s, "/api/v1/platforms").Items {
		for _, profile := range p.Profiles {
			catalogue := read[client.Platform](s, "/api/v1/platforms/"+p.ID+"?profile="+profile.Name)
			if catalogue.Profile != profile.Name || len(catalogue.Events) == 0 {
				t.Errorf("catalogue of %s %s: profile %s, %d events", p.ID, profile.Name, catalogue.Profile, len(catalogue.Events))
			}
			t.Run(p.ID+"/"+profile.Name, func(t *testing.T) {
				tried += everyEvent(t, s.on(t), catalogue)
			})
		}
	}
	t.Logf("%d combinations of type, profile and variant arrived", tried)
	if tried == 0 {
		t.Error("the catalogue is empty")
	}
}

func everyEvent(t *testing.T, s *server, p client.Platform) (tried int) {
	t.Helper()
	h := listen(t, p.ID, hookOptions{profile: p.Profile})
	sub := object{"profile": p.Profile, "timeout": "30s"}
	if p.Secret.Scheme != nil {
		sub["secret"] = "generate"
	}
	created := s.attach(h, p.ID, sub)
	defer s.checked(http.MethodDelete, "/api/v1/subscriptions/"+created.ID, nil)
	for _, e := range p.Events {
		variants := []string{""}
		for _, v := range e.Variants {
			variants = append(variants, v.Name)
		}
		for _, variant := range variants {
			t.Run(e.Key+"/"+variant, func(t *testing.T) {
				arrives(t, s.on(t), h, created.ID, p, e, variant)
			})
			tried++
		}
	}
	return tried
}

// arrives triggers one event and compares what arrives with what the catalogue says of it.
func arrives(t *testing.T, s *server, h *hook, id string, p client.Platform, e client.EventType, variant string) {
	t.Helper()
	query := url.Values{"profile": {p.Profile}, "seed": {"7"}}
	// Another seed: what the catalogue says must hold for every event, not only for its example.
	trigger := object{"platform": p.ID, "type": e.Key, "seed": 1007, "subscription_ids": []string{id}}
	if variant != "" {
		query.Set("variant", variant)
		trigger["variant"] = variant
	}
	example := read[client.EventExample](s, "/api/v1/platforms/"+p.ID+"/events/"+url.PathEscape(e.Key)+"?"+query.Encode())
	before := len(h.got())
	accepted := s.triggerSettled(trigger)
	for _, d := range accepted.Deliveries {
		if d.Status != "succeeded" {
			t.Fatalf("delivery is %s: %+v", d.Status, s.delivery(d.ID))
		}
	}
	receipts := h.await(before+len(accepted.Deliveries), 5*time.Second)[before:]
	if len(receipts) != len(accepted.Deliveries) || len(receipts) == 0 {
		t.Fatalf("%d requests for %d deliveries", len(receipts), len(accepted.Deliveries))
	}
	for _, r := range receipts {
		if !r.Verified || r.Method != e.Method || r.Method != example.Method {
			t.Errorf("method %s (want %s), verified %t: %s", r.Method, e.Method, r.Verified, r.Err)
		}
		compareHeaders(t, example, r)
		if len(receipts) > 1 {
			continue // slices of one list; the example is the first of them
		}
		for _, problem := range validate(nil, asSchema(decode[map[string]any](t, example.Schema)), r.Body) {
			t.Errorf("body against the catalogue's schema: %s", problem)
		}
		if diff := keyDifference(topKeys(t, []byte(*example.Body.Text)), topKeys(t, r.Body)); diff != "" {
			t.Errorf("top keys: %s", diff)
		}
		if e.Name != nil && !strings.Contains(string(r.Body), *e.Name) {
			t.Errorf("the wire name %s is not in the body %.200s", *e.Name, r.Body)
		}
	}
}

// compareHeaders wants the fields of the example in its spelling, and no others.
func compareHeaders(t *testing.T, example client.EventExample, r listener.Receipt) {
	t.Helper()
	names := map[string]string{}
	for _, h := range r.RawHeader {
		names[h[0]] = h[1]
	}
	for _, h := range example.Headers {
		got, ok := names[h[0]]
		if !ok {
			t.Errorf("header %s is missing in this spelling: %v", h[0], r.RawHeader)
		}
		if h[0] == "Content-Type" && got != h[1] {
			t.Errorf("content type %q, want %q", got, h[1])
		}
		delete(names, h[0])
	}
	for name := range names {
		if !slices.Contains([]string{"Host", "Content-Length"}, http.CanonicalHeaderKey(name)) {
			t.Errorf("header %s is not in the catalogue's example", name)
		}
	}
}

// topKeys lists the keys of the outermost object in their order.
func topKeys(t *testing.T, body []byte) []string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(body)))
	var keys []string
	depth, isKey := 0, false
	for {
		token, err := d.Token()
		if err != nil {
			return keys
		}
		switch v := token.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
				isKey = depth == 1
			} else {
				depth--
				isKey = depth == 1
			}
		case string:
			if depth == 1 && isKey {
				keys = append(keys, v)
				isKey = false
				continue
			}
			isKey = depth == 1
		default:
			isKey = depth == 1
		}
	}
}

func keyDifference(want, got []string) string {
	if slices.Equal(want, got) {
		return ""
	}
	return "want " + strings.Join(want, " ") + ", got " + strings.Join(got, " ")
}
