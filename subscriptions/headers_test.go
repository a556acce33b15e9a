package subscriptions_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/subscriptions"
)

func TestHeadersAsJSON(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       subscriptions.Headers
		print      string
	}{
		{"order and case stay", `{"x-B":"2","X-A":"1"}`, subscriptions.Headers{{Name: "x-B", Value: "2"}, {Name: "X-A", Value: "1"}}, `{"x-B":"2","X-A":"1"}`},
		{"empty", `{}`, nil, `{}`},
		{"null", `null`, nil, `{}`},
		{"quotes", `{"A":"say \"hi\""}`, subscriptions.Headers{{Name: "A", Value: `say "hi"`}}, `{"A":"say \"hi\""}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got subscriptions.Headers
			if err := json.Unmarshal([]byte(test.text), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, test.want); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
			printed, err := json.Marshal(got)
			if err != nil || string(printed) != test.print {
				t.Errorf("got %s, error %v, want %s", printed, err, test.print)
			}
		})
	}
}

func TestHeadersRefuse(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, says string }{
		{"list", `["a"]`, "must be an object"},
		{"number", `{"A":1}`, `header "A" must be a string`},
		{"nested", `{"A":{"B":"1"}}`, `header "A" must be a string`},
		{"twice", `{"A":"1","A":"1"}`, `header "A" is given twice`},
		{"twice in other case", `{"x-a":"1","X-A":"2"}`, `header "X-A" is given twice`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got subscriptions.Headers
			err := json.Unmarshal([]byte(test.text), &got)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, error %v, want an error with %q", got, err, test.says)
			}
		})
	}
}

func TestMaskedHeadersHideCredentials(t *testing.T) {
	t.Parallel()
	h := subscriptions.Headers{
		{Name: "authorization", Value: "1"},
		{Name: "Proxy-Authorization", Value: "1"},
		{Name: "COOKIE", Value: "1"},
		{Name: "X-Webhook-Secret", Value: "1"},
		{Name: "X-Auth-Token", Value: "1"},
		{Name: "x-db-password", Value: "1"},
		{Name: "X-API-Key", Value: "1"},
		{Name: "ApiKey", Value: "1"},
		{Name: "My-Credentials", Value: "1"},
		{Name: "X-Empty-Token", Value: ""},
		{Name: "X-Plain", Value: "1"},
		{Name: "Cookies-Allowed", Value: "1"},
	}
	const hidden = 9
	masked := h.Masked()
	for i, f := range masked {
		want := h[i].Value
		if i < hidden {
			want = subscriptions.Masked
		}
		if f.Name != h[i].Name || f.Value != want {
			t.Errorf("%s is shown as %q, want %q", f.Name, f.Value, want)
		}
	}
	if h[0].Value != "1" {
		t.Error("the list itself is masked")
	}
}

func TestHeadersGet(t *testing.T) {
	t.Parallel()
	h := subscriptions.Headers{{Name: "X-Key", Value: "1"}}
	if h.Get("x-kEY") != "1" || h.Get("other") != "" {
		t.Error("Get must ignore case and answer nothing for what is not there")
	}
}

// FuzzHeaders checks that what is read prints as an object that reads the same.
func FuzzHeaders(f *testing.F) {
	f.Add([]byte(`{"x-B":"2","X-A":"1"}`))
	f.Add([]byte(`{"a":null}`))
	f.Add([]byte(`{"":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var first, second subscriptions.Headers
		if json.Unmarshal(data, &first) != nil {
			return
		}
		printed, err := json.Marshal(first)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(printed, &second); err != nil {
			t.Fatalf("read %s, printed from %s: %v", printed, data, err)
		}
		if diff := cmp.Diff(second, first); diff != "" {
			t.Fatalf("(-second +first):\n%s", diff)
		}
	})
}

// TestManyHeadersAreReadInNoTime: a list far beyond what is allowed is refused later, by its length, and must not cost minutes until then.
func TestManyHeadersAreReadInNoTime(t *testing.T) {
	t.Parallel()
	const many = 100_000
	var text strings.Builder
	for i := range many {
		fmt.Fprintf(&text, `,"h%d":""`, i)
	}
	var got subscriptions.Headers
	began := time.Now()
	if err := json.Unmarshal([]byte("{"+text.String()[1:]+"}"), &got); err != nil || len(got) != many {
		t.Fatalf("%d headers, %v", len(got), err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("%d headers took %v", many, took)
	}
}
