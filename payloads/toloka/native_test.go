package toloka_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
)

func TestCredential(t *testing.T) {
	tests := []struct {
		name, key, field string
		accepted         bool
		says             string
	}{
		{"open, OAuth", "", "OAuth y0_AgAAAA", true, ""},
		{"open, ApiKey", "", "ApiKey 0123456789012345678901.x.y", true, ""},
		{"open, lower case", "", "oauth x", true, ""},
		{"open, nothing", "", "", false, "missing"},
		{"open, bearer", "", "Bearer x", false, "ApiKey"},
		{"open, no token", "", "OAuth ", false, "OAuth"},
		{"open, the bug of kit 1.2.0", "", "OAuth {self.token}", false, "1.2.0.post1"},
		{"strict, right", "KEY", "OAuth KEY", true, ""},
		{"strict, right as key", "KEY", "ApiKey KEY", true, ""},
		{"strict, wrong", "KEY", "OAuth KEYS", false, "wrong"},
		{"strict, nothing", "KEY", "", false, "missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.host.key, r.auth = tt.key, tt.field
			status, answer := r.call("GET", hooks, "")
			if tt.accepted {
				if status != http.StatusOK {
					t.Errorf("status %d: %s", status, show(answer))
				}
				return
			}
			wellFormed(t, answer)
			message, _ := at(answer, "message").(string)
			if status != http.StatusUnauthorized || at(answer, "code") != "AUTHENTICATION_ERROR" || !strings.Contains(message, tt.says) {
				t.Errorf("%d %s", status, show(answer))
			}
			if tt.key != "" && strings.Contains(show(answer), tt.key) {
				t.Error("the key is told")
			}
		})
	}
}

func TestRoutes(t *testing.T) {
	const row = hooks + "/62ee14ada451956b21388859"
	tests := []struct {
		method, path string
		status       int
		code, allow  string
	}{
		{"GET", hooks, http.StatusOK, "", ""},
		{"GET", hooks + "/", http.StatusOK, "", ""},
		{"HEAD", hooks, http.StatusOK, "", ""},
		{"POST", hooks, http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "GET, PUT"},
		{"PATCH", row, http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "GET, DELETE"},
		{"OPTIONS", row + "/", http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "GET, DELETE"},
		{"GET", row + "/test", http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "POST"},
		{"GET", row, http.StatusNotFound, "DOES_NOT_EXIST", ""},
		{"GET", row + "/", http.StatusNotFound, "DOES_NOT_EXIST", ""},
		{"DELETE", row, http.StatusNotFound, "DOES_NOT_EXIST", ""},
		{"POST", row + "/test", http.StatusNotFound, "DOES_NOT_EXIST", ""},
		{"GET", hooks + "//", http.StatusNotFound, "NOT_FOUND", ""},
		{"GET", hooks + "/a/b", http.StatusNotFound, "NOT_FOUND", ""},
		{"GET", "/api/v1/", http.StatusNotFound, "NOT_FOUND", ""},
		{"GET", "/api/v2/requester", http.StatusNotFound, "NOT_FOUND", ""},
		{"GET", "/", http.StatusNotFound, "NOT_FOUND", ""},
		{"GET", "/api/v1/requester", http.StatusOK, "", ""},
		{"GET", "/api/v1/pools/1", http.StatusNotFound, "DOES_NOT_EXIST", ""},
		{"POST", "/api/v1/pools/1/open", http.StatusNotFound, "DOES_NOT_EXIST", ""},
		{"POST", "/api/v1/pools/1/close", http.StatusNotFound, "DOES_NOT_EXIST", ""},
		{"GET", "/api/v1/tasks/1", http.StatusNotFound, "DOES_NOT_EXIST", ""},
		{"GET", "/api/v1/assignments/1", http.StatusNotFound, "DOES_NOT_EXIST", ""},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			r := newRig(t)
			request := httptest.NewRequestWithContext(t.Context(), tt.method, tt.path, http.NoBody)
			request.Header.Set("Authorization", r.auth)
			recorder := httptest.NewRecorder()
			r.handler.ServeHTTP(recorder, request)
			v, err := payloads.ParseValue(recorder.Body.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			code, _ := at(v, "code").(string)
			if recorder.Code != tt.status || code != tt.code || recorder.Header().Get("Allow") != tt.allow {
				t.Errorf("%d %s, Allow %q", recorder.Code, recorder.Body, recorder.Header().Get("Allow"))
			}
			if tt.code != "" {
				wellFormed(t, v.(*payloads.Object))
			}
		})
	}
}

func TestAccept(t *testing.T) {
	for accept, status := range map[string]int{
		"": http.StatusOK, "*/*": http.StatusOK, "application/json": http.StatusOK, "text/html, application/*;q=0.8": http.StatusOK,
		"text/html": http.StatusNotAcceptable, "application/xml;q=0.9,text/plain": http.StatusNotAcceptable,
	} {
		r := newRig(t)
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, hooks, http.NoBody)
		if accept != "" {
			request.Header.Set("Accept", accept)
		}
		if got, answer := r.do(request); got != status {
			t.Errorf("Accept %q: %d %s", accept, got, show(answer))
		}
	}
}

// TestBrokenHost wants Toloka's own form of a failure, and nothing of its cause.
func TestBrokenHost(t *testing.T) {
	for _, path := range []string{hooks, hooks + "/x", "/api/v1/pools/1", "/api/v1/assignments/1", "/api/v1/tasks/1"} {
		r := newRig(t)
		r.host.fail = errors.New("dial redis://user:pass@host")
		answer := r.want(http.StatusInternalServerError, "GET", path, "")
		wellFormed(t, answer)
		if at(answer, "code") != "INTERNAL_ERROR" || strings.Contains(show(answer), "redis") {
			t.Errorf("%s: %s", path, show(answer))
		}
	}
}

func TestCredentialHint(t *testing.T) {
	if got := platform().Native.Credential; got != "Authorization: OAuth KEY" {
		t.Errorf("credential %s", got)
	}
}

// FuzzNative sends any bytes as any request: no panic, and every error in a form that toloka-kit can read.
func FuzzNative(f *testing.F) {
	for _, seed := range []string{
		"", "[]", "null", `[{}]`, `[null,7,{"pool_id":{}}]`, form("http://a/", "POOL_CLOSED", "1", "s"), `{"pool_id":1e400}`, `{"status":["ACCEPTED"]}`,
		`{"status":"ACCEPTED","public_comment":"x"}`, `[{"webhook_url":"http://[::1","event_type":"POOL_CLOSED","pool_id":1}]`,
	} {
		f.Add("PUT", "webhook-subscriptions", seed)
		f.Add("PATCH", "assignments/00022cfa46--690871201ad2f9df1ce1cb5f", seed)
	}
	f.Add("GET", "webhook-subscriptions?sort=created,-id&limit=7&created_gt=2020-01-01T00:00:00.123000", "")
	f.Add("POST", "webhook-subscriptions/x/test", "null")
	f.Add("POST", "pools/36502086/close", "")
	f.Fuzz(func(t *testing.T, method, path, text string) {
		request, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1/api/v1/"+path, strings.NewReader(text))
		if err != nil {
			return // not a request
		}
		request.Header.Set("Authorization", "OAuth x")
		request.Header.Set("Content-Type", "application/json")
		recorder := httptest.NewRecorder()
		platform().Native.Handler(newHost()).ServeHTTP(recorder, request)
		if recorder.Body.Len() == 0 {
			return
		}
		v, err := payloads.ParseValue(recorder.Body.Bytes())
		if err != nil {
			t.Fatalf("%d %s: %v", recorder.Code, recorder.Body, err)
		}
		if code, _ := at(v, "code").(string); recorder.Code >= 400 && code == "" || recorder.Code >= 500 {
			t.Errorf("%d %s", recorder.Code, recorder.Body)
		}
	})
}
