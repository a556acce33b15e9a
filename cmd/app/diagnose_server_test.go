package app_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/configs"
)

// reply is one answer of a fake server.
type reply struct {
	status int
	body   string
}

// fakeServer answers as an annohook that is well, but for what changed says.
func fakeServer(t *testing.T, changed map[string]reply) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s would change something", r.Method, r.URL)
		}
		answer, ok := changed[r.URL.Path]
		if !ok {
			answer = map[string]reply{
				"/version": {200, `{"name":"annohook","version":"1.2.3"}`}, "/readyz": {200, `{"status":"ready"}`},
				"/api/v1/stats": {200, `{"waiting":3,"in_flight":2,"queue_depth":1,"due_lag_ms":4999,"workers":[{"id":"w","host":"here","pid":7}]}`},
			}[r.URL.Path]
		}
		w.WriteHeader(answer.status)
		_, _ = w.Write([]byte(answer.body))
	}))
	t.Cleanup(server.Close)
	return server
}

func diagnoseServer(t *testing.T, url string) []app.Finding {
	t.Helper()
	begin := time.Now()
	findings := app.DiagnoseServer(t.Context(), app.DiagnoseOptions{Config: configs.Config{Server: url}, Version: "1.2.3", Now: time.Now})
	if took := time.Since(begin); took > bound {
		t.Errorf("it took %s", took)
	}
	return findings
}

func TestDiagnoseServer(t *testing.T) {
	t.Parallel()
	findings := diagnoseServer(t, fakeServer(t, nil).URL)
	if got, want := names(findings), []string{"server", "ready", "workers", "queue"}; !slices.Equal(got, want) {
		t.Errorf("checks %v, want %v", got, want)
	}
	wantFinding(t, findings, "server", app.OK, "1.2.3")
	wantFinding(t, findings, "ready", app.OK)
	wantFinding(t, findings, "workers", app.OK, "1 alive", "process 7 on here")
	wantFinding(t, findings, "queue", app.OK, "3 waiting", "2 in flight", "1 queued")

	tests := []struct {
		path    string
		reply   reply
		check   string
		verdict app.Verdict
		says    string
	}{
		{"/version", reply{200, `{"name":"annohook","version":"9"}`}, "server", app.Warn, "same version"},
		{"/version", reply{200, `{"name":"other","version":"9"}`}, "server", app.Fail, "no annohook"},
		{"/version", reply{200, `<html>`}, "server", app.Fail, "--server"},
		{"/version", reply{404, ``}, "server", app.Fail, "Not Found"},
		{"/version", reply{401, ``}, "server", app.Fail, "--token"},
		{"/readyz", reply{503, `{"status":503,"detail":"the store takes no writes"}`}, "ready", app.Fail, "takes no writes"},
		{"/api/v1/stats", reply{200, `{"workers":[]}`}, "workers", app.Fail, "no worker is alive"},
		{"/api/v1/stats", reply{200, `{"due_lag_ms":5001,"workers":[{}]}`}, "queue", app.Warn, "5.001s"},
		{"/api/v1/stats", reply{200, `{"workers":[{},{},{},{},{},{}]}`}, "workers", app.OK, "6 alive"},
		{"/api/v1/stats", reply{404, ``}, "workers", app.OK, "without the api role"},
		{"/api/v1/stats", reply{401, ``}, "workers", app.Warn, "--token"},
		{"/api/v1/stats", reply{500, ``}, "workers", app.Fail, "500"},
	}
	for _, tc := range tests {
		t.Run(tc.path+" "+tc.says, func(t *testing.T) {
			t.Parallel()
			wantFinding(t, diagnoseServer(t, fakeServer(t, map[string]reply{tc.path: tc.reply}).URL), tc.check, tc.verdict, tc.says)
		})
	}
}

func TestDiagnoseServerAway(t *testing.T) {
	t.Parallel()
	wantFinding(t, diagnoseServer(t, "http://127.0.0.1:1"), "server", app.Fail, "annohook serve")
	wantFinding(t, diagnoseServer(t, "http://"+hanging(t)), "server", app.Fail)
	wantFinding(t, diagnoseServer(t, "ftp://x"), "server", app.Fail)
	f := wantFinding(t, diagnoseServer(t, "http://me:hidden@127.0.0.1:1"), "server", app.Fail)
	if strings.Contains(f.Found, "hidden") {
		t.Errorf("the password is shown: %s", f.Found)
	}
}

// TestDiagnoseServerHangs: a server that says who it is and no more.
func TestDiagnoseServerHangs(t *testing.T) {
	t.Parallel()
	end := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/version" {
			<-end
		}
		_, _ = w.Write([]byte(`{"name":"annohook","version":"1.2.3"}`))
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(end) }) // before Close, which waits for the handlers
	findings := diagnoseServer(t, server.URL)
	wantFinding(t, findings, "server", app.OK)
	wantFinding(t, findings, "ready", app.Fail)
	wantFinding(t, findings, "workers", app.Fail)
}

// TestDiagnoseReal: an App on our address is found and asked.
func TestDiagnoseReal(t *testing.T) {
	t.Parallel()
	a, err := app.New(t.Context(), app.Options{Config: doctorOptions(t).Config, Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	a.Start(t.Context())
	t.Cleanup(func() {
		if err := a.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	for end := time.Now().Add(bound); ; time.Sleep(20 * time.Millisecond) { // until the worker has told that it is there
		stats, err := a.Scheduler().Stats(t.Context())
		if err == nil && len(stats.Workers) > 0 || time.Now().After(end) {
			break
		}
	}
	findings := diagnose(t, "ANNOHOOK_ADDR="+a.Addr())
	for _, check := range []string{"listen", "server", "ready", "workers", "queue"} {
		wantFinding(t, findings, check, app.OK)
	}
}
