package datasaur_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/datasaur"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/subscriptions"
)

// mostAllocations that one event may take: the material of the world is drawn whole for each.
const mostAllocations = 200

func profile(t testing.TB, name string) payloads.Platform {
	t.Helper()
	for _, p := range datasaur.Platforms() {
		if p.Profile == name {
			return p
		}
	}
	t.Fatalf("no profile %s", name)
	return payloads.Platform{}
}

func TestPlatform(t *testing.T) {
	if _, err := payloads.NewRegistry(datasaur.Platforms()); err != nil {
		t.Fatal(err)
	}
	for _, p := range datasaur.Platforms() {
		t.Run(p.Profile, func(t *testing.T) { payloadtest.Run(t, p) })
	}
}

func TestAllocations(t *testing.T) {
	for _, p := range datasaur.Platforms() {
		payloadtest.Allocations(t, p, mostAllocations)
	}
}

func BenchmarkCompose(b *testing.B) { payloadtest.Benchmark(b, profile(b, datasaur.Profile2023)) }

func FuzzVerify(f *testing.F) { payloadtest.Fuzz(f, profile(f, datasaur.Profile2023)) }

func TestDocumentedExamples(t *testing.T) {
	tests := []struct {
		profile string
		payloadtest.Example
	}{
		{datasaur.Profile2023, payloadtest.Example{File: "project-created.json", Event: datasaur.ProjectCreated}},
		{datasaur.Profile2023, payloadtest.Example{File: "before-update-labels.json", Event: datasaur.BeforeUpdateLabels}},
		{datasaur.Profile2023, payloadtest.Example{File: "before-update-labels.json", Event: datasaur.BeforeUpdateLabels, Variant: datasaur.VariantReview}},
		{datasaur.Profile2023, payloadtest.Example{File: "project-completed.json", Event: datasaur.ProjectCompleted}},
		{datasaur.Profile2023, payloadtest.Example{File: "project-reviewed.json", Event: datasaur.ProjectReviewed}},
		{datasaur.Profile2023, payloadtest.Example{File: "export.json", Event: datasaur.Export, Variant: datasaur.VariantDocument}},
		{datasaur.Profile2020, payloadtest.Example{File: "2020-project-completed.json", Event: datasaur.ProjectCompleted}},
		{datasaur.Profile2020, payloadtest.Example{File: "2020-project-reviewed.json", Event: datasaur.ProjectReviewed}},
	}
	for _, tt := range tests {
		t.Run(tt.File+" "+tt.Variant, func(t *testing.T) {
			tt.Exact = true
			payloadtest.Documents(t, profile(t, tt.profile), tt.Example)
		})
	}
}

func captured(t *testing.T, name string) payloads.Value {
	t.Helper()
	data, err := os.ReadFile("testdata/captured/" + name)
	if err != nil {
		t.Fatal(err)
	}
	v, err := payloads.ParseValue(data)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestVectors signs the page's own sample, and the examples as JSON.stringify prints them, whose sizes and signatures were computed with
// Python and Node.
func TestVectors(t *testing.T) {
	tests := []struct {
		name  string
		event payloads.Value
		size  int
		want  string
	}{
		{"the page's sample", payloads.Obj("body", "sample"), 17, "0278b1a603de4c561ac0feb960354d0d00e8846b74813d81bddb43ad45bff767"},
		{"created", captured(t, "project-created.json"), 197, "c9bb66e4181e2c0de75b6d8553bfb5138ee04789e352e65f1d888213cf06e324"},
		{"labels", captured(t, "before-update-labels.json"), 807, "6715a34dca713ea779c894c83254b81cf99d7283ed68ce79f36a0a099d0da338"},
		{"completed", captured(t, "project-completed.json"), 242, "ee38f3fca76f16234b4e43ba590b34527a2079612227ba6eb6030be45a0d5865"},
		{"reviewed", captured(t, "project-reviewed.json"), 242, "813db1a1c542064031e9b703de3cdbcb304368a71fa150714cb9cdd55df8d3e1"},
	}
	p := profile(t, datasaur.Profile2023)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			event, ok := tt.event.(*payloads.Object)
			if !ok {
				t.Fatalf("the example is a %T", tt.event)
			}
			list, err := p.Compose(payloads.Item{Type: payloads.EventType{Method: "POST"}, Event: event})
			if err != nil {
				t.Fatal(err)
			}
			if got := len(list[0].Body); got != tt.size {
				t.Errorf("%d bytes, want %d: %s", got, tt.size, list[0].Body)
			}
			signed, err := p.Sign(list[0], payloads.Stamp{Subscription: subscriptions.Subscription{Secret: "secret"}})
			if err != nil {
				t.Fatal(err)
			}
			if got := signed.Header.Get("x-datasaur-signature"); got != tt.want {
				t.Errorf("signature %s, want %s", got, tt.want)
			}
			if _, err := p.Verify(payloadtest.Receive(list[0], signed), "secret", time.Time{}); err != nil {
				t.Errorf("verify: %v", err)
			}
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	p := profile(t, datasaur.Profile2023)
	const good = "0278b1a603de4c561ac0feb960354d0d00e8846b74813d81bddb43ad45bff767"
	for name, value := range map[string]string{
		"nothing": "", "upper case": strings.ToUpper(good), "prefix": "sha256=" + good, "cut": good[:63], "base64": base64.StdEncoding.EncodeToString([]byte(good)),
		"no hex": strings.Repeat("g", 64), "another": strings.Repeat("0", 64),
	} {
		t.Run(name, func(t *testing.T) {
			m := payloads.Message{Method: "POST", Body: []byte(`{"body":"sample"}`)}
			r := payloadtest.Receive(m, payloads.Signed{Header: payloads.H(datasaur.HeaderSignature, value)})
			if _, err := p.Verify(r, "secret", time.Time{}); err == nil {
				t.Error("accepted")
			}
			r.Header.Set(datasaur.HeaderSignature, good)
			if _, err := p.Verify(r, "", time.Time{}); err == nil {
				t.Error("accepted without a secret")
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	own := subscriptions.Headers{{Name: "key1", Value: "value1"}, {Name: "user-agent", Value: "Mine"}, {Name: "x-datasaur-signature", Value: "forged"}, {Name: "accept-encoding", Value: "identity"}}
	tests := []struct {
		name, profile string
		headers       subscriptions.Headers
		want          []string
	}{
		{"2023", datasaur.Profile2023, nil, []string{
			"Accept: application/json, text/plain, */*", "Content-Type: application/json", "User-Agent: Datasaur", "X-Datasaur-Signature: SIGNATURE",
			"Accept-Encoding: gzip, compress, deflate, br", "Connection: keep-alive",
		}},
		{"2023 with fields of its own", datasaur.Profile2023, own, []string{
			"Accept: application/json, text/plain, */*", "Content-Type: application/json", "user-agent: Mine", "X-Datasaur-Signature: SIGNATURE",
			"key1: value1", "accept-encoding: identity", "Connection: keep-alive",
		}},
		{"2020", datasaur.Profile2020, nil, []string{
			"Accept: application/json, text/plain, */*", "Content-Type: application/json;charset=utf-8", "User-Agent: Datasaur",
			"X-Datasaur-Signature: SIGNATURE", "Connection: close",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := profile(t, tt.profile)
			s := payloadtest.Subscription(p)
			s.Headers = tt.headers
			signed, err := p.Sign(payloads.Message{Method: "POST", Body: []byte("{}")}, payloadtest.Stamp(s))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, h := range signed.Header {
				got = append(got, strings.Replace(h.Name+": "+h.Value, signed.Signature.Value, "SIGNATURE", 1))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name string
		s    subscriptions.Subscription
		want string
	}{
		{"nothing", subscriptions.Subscription{}, ""},
		{"signature", subscriptions.Subscription{Headers: subscriptions.Headers{{Name: "x-datasaur-signature", Value: "a"}}}, "headers.X-Datasaur-Signature"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var fields []string
			for _, p := range profile(t, datasaur.Profile2023).Check(tt.s) {
				fields = append(fields, p.Field)
			}
			if got := strings.Join(fields, " "); got != tt.want {
				t.Errorf("problems at %q, want %q", got, tt.want)
			}
		})
	}
}

func TestExportIsAPutWithoutAName(t *testing.T) {
	e, _ := profile(t, datasaur.Profile2023).Event(datasaur.Export)
	if e.Method != "PUT" || e.Name != "" || e.Unlisted {
		t.Errorf("export is %s with the wire name %q, unlisted %v", e.Method, e.Name, e.Unlisted)
	}
}

// at walks a tree: keys as strings, indexes as numbers.
func at(v payloads.Value, path ...any) payloads.Value {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			o, ok := v.(*payloads.Object)
			if !ok {
				return nil
			}
			v, _ = o.Get(s)
		case int:
			list, ok := v.(payloads.Array)
			if !ok || s >= len(list) {
				return nil
			}
			v = list[s]
		}
	}
	return v
}

// TestCoherence wants what one event says twice to agree, and what the events of one seed say about the same thing.
func TestCoherence(t *testing.T) {
	p := profile(t, datasaur.Profile2023)
	build := func(key, variant string, seed uint64) *payloads.Object {
		e, _ := p.Event(key)
		event, err := e.Build(payloads.Build{Variant: variant, Seed: seed, IDSeed: seed, Now: payloadtest.Now()})
		if err != nil {
			t.Fatal(err)
		}
		return event
	}
	for seed := range uint64(40) {
		update := build(datasaur.BeforeUpdateLabels, "", seed)
		document := at(update, "data", "document", "id")
		owner := at(update, "data", "owner", "id")
		list, _ := at(update, "data", "labelUpdateList", "toUpsertList").(payloads.Array)
		for _, label := range list {
			if at(label, "documentId") != document || fmt.Sprint(at(label, "labeledByUserId")) != owner {
				t.Errorf("seed %d: a label of document %v by %v in %v of %v", seed, at(label, "documentId"), at(label, "labeledByUserId"), document, owner)
			}
		}
		if len(list) == 0 || at(update, "data", "document", "originId") == document {
			t.Errorf("seed %d: %d labels, or the origin is the document", seed, len(list))
		}
		created, completed, reviewed := build(datasaur.ProjectCreated, "", seed), build(datasaur.ProjectCompleted, "", seed), build(datasaur.ProjectReviewed, "", seed)
		for _, path := range [][]any{{"data", "project", "id"}, {"data", "project", "name"}, {"data", "team", "id"}} {
			if at(created, path...) != at(completed, path...) || at(created, path...) != at(reviewed, path...) {
				t.Errorf("seed %d: the events disagree about %v", seed, path)
			}
		}
		if at(completed, "data", "labeler", "id") != owner {
			t.Errorf("seed %d: the labeler who completes is not the one who labels", seed)
		}
		if id, _ := at(created, "data", "project", "id").(string); len(id) != 11 {
			t.Errorf("seed %d: project id %s", seed, id)
		}
		gone := build(datasaur.BeforeUpdateLabels, datasaur.VariantDelete, seed)
		if at(gone, "data", "labelUpdateList", "toDeleteList", 0, "documentId") != document {
			t.Errorf("seed %d: the deleted label is of another document", seed)
		}
	}
}
