package argilla_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
)

func readCaptured(t testing.TB, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "captured", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

// The answers were recorded from FastAPI 0.115.4, Starlette 0.41.2 and pydantic 2.9.2, which the server locks, with models of the same
// fields; detail is the list of errors that the server wraps, or the text where there is no list.
func TestValidationAsRecorded(t *testing.T) {
	var recorded []struct {
		Method, Path, Type, Body string
		Status                   int
		Detail                   any
	}
	readCaptured(t, "validation.json", &recorded)
	if len(recorded) < 100 {
		t.Fatalf("%d records", len(recorded))
	}
	for _, r := range recorded {
		a := newAPI(newHost())
		a.create(t, "http://h/x")
		request := httptest.NewRequestWithContext(t.Context(), r.Method, webhooks+strings.ReplaceAll(r.Path, "é", "%C3%A9"), strings.NewReader(r.Body))
		request.Header.Set("X-Argilla-Api-Key", "k")
		if r.Type != "" {
			request.Header.Set("Content-Type", r.Type)
		}
		w := httptest.NewRecorder()
		a.handler.ServeHTTP(w, request)
		if r.Status == http.StatusOK && r.Method == http.MethodPost {
			r.Status = http.StatusCreated
		}
		if w.Code != r.Status {
			t.Errorf("%s %s %.60q: status %d, recorded %d: %s", r.Method, r.Path, r.Body, w.Code, r.Status, w.Body)
			continue
		}
		if r.Detail == nil {
			continue
		}
		var got struct{ Detail any }
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if _, isList := r.Detail.([]any); isList {
			r.Detail = map[string]any{"code": "argilla.api.errors::ValidationError", "params": map[string]any{"errors": r.Detail}}
		}
		if diff := cmp.Diff(got.Detail, r.Detail); diff != "" {
			t.Errorf("%s %s %.60q (-got +recorded):\n%s", r.Method, r.Path, r.Body, diff)
		}
	}
}

func TestURLsAsRecorded(t *testing.T) {
	var recorded []struct{ In, Out, Type, Msg string }
	readCaptured(t, "urls.json", &recorded)
	for _, r := range recorded {
		text, err := json.Marshal(map[string]any{"url": r.In, "events": []string{"record.created"}})
		if err != nil {
			t.Fatal(err)
		}
		w := newAPI(newHost()).ask(t, http.MethodPost, webhooks, string(text))
		got := struct{ In, Out, Type, Msg string }{In: r.In}
		answer, _ := payloads.ParseValue(w.Body.Bytes())
		if w.Code == http.StatusCreated {
			got.Out = textOf(answer, "url")
		} else {
			first, _ := at(t, answer, "detail.params.errors").(payloads.Array)
			got.Type, got.Msg = text0(first, "type"), text0(first, "msg")
		}
		if diff := cmp.Diff(got, r); diff != "" {
			t.Errorf("(-got +recorded):\n%s", diff)
		}
	}
}

func textOf(v payloads.Value, key string) string {
	o, _ := v.(*payloads.Object)
	if o == nil {
		return ""
	}
	v, _ = o.Get(key)
	s, _ := v.(string)
	return s
}

func text0(list payloads.Array, key string) string {
	if len(list) == 0 {
		return ""
	}
	return textOf(list[0], key)
}

// Whatever is sent, the answer is JSON of a known status, and a normalised URL stays as it is.
func FuzzBodies(f *testing.F) {
	for _, body := range []string{
		`{"url":"http://h","events":["record.created"]}`, `{`, `[[[[`, `{"a":"\ud83d\ude00"}`, `NaN`, "\xff", `{"url":"http://[::1]:99/%zz/../?a#b","events":["record.created"]}`,
		`{"url":"http://a.1.2","events":["record.created"],"description":"\u0000"}`, `{"enabled":1e999}`, `{"url":"http://\u00ad.xn--a","events":[]}`,
	} {
		f.Add([]byte(body), firstID)
	}
	f.Fuzz(func(t *testing.T, body []byte, id string) {
		a := newAPI(newHost())
		w := a.ask(t, http.MethodPost, webhooks, string(body))
		switch w.Code {
		case http.StatusCreated:
			made := object(t, w, http.StatusCreated)
			url := text(t, made, "url")
			if again := text(t, a.create(t, url), "url"); again != url {
				t.Fatalf("%q becomes %q", url, again)
			}
		case http.StatusBadRequest, http.StatusUnprocessableEntity:
			object(t, w, w.Code)
		default:
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPatch, webhooks+"/x", strings.NewReader(string(body)))
		r.URL.Path = webhooks + "/" + id
		r.Header.Set("X-Argilla-Api-Key", "k")
		w = httptest.NewRecorder()
		a.handler.ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
	})
}
