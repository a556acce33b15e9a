package dashboard_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
	"golang.org/x/net/html"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/web/api"
	"github.com/annohook/annohook/web/dashboard"
)

// docsRig is a rig with a real API, whose document the reference page shows.
func docsRig(t *testing.T, adjust ...func(*dashboard.Options)) (*rig, *api.API, *echo.Echo) {
	t.Helper()
	e := echo.New()
	var a *api.API
	r := newRig(t, append(adjust, func(o *dashboard.Options) {
		var err error
		a, err = api.Mount(e, api.Options{
			Scheduler: o.Scheduler, History: o.History, Hub: o.Hub, Subscriptions: o.Subscriptions, Keys: scheduler.NewMemory(o.Now),
			Metrics: http.NotFoundHandler(), Now: o.Now, Version: "1.2.3",
		})
		if err != nil {
			t.Fatal(err)
		}
		o.Document = a.Document
	})...)
	return r, a, e
}

func TestReferenceIsSound(t *testing.T) {
	t.Parallel()
	r, _, _ := docsRig(t)
	page := r.get(api.ReferencePath).want(http.StatusOK)
	checkHeaders(t, page)
	checkStructure(t, page)
	checkLabels(t, page)
	checkNothingInline(t, page)
	checkAssets(t, r, page)
}

func TestReferenceHoldsEveryOperation(t *testing.T) {
	t.Parallel()
	r, a, _ := docsRig(t)
	page := r.get(api.ReferencePath).want(http.StatusOK)
	headings := map[string]string{}
	for _, n := range page.all("h3", nil) {
		headings[value(n, "id")] = strings.Join(strings.Fields(textOf(n)), " ")
	}
	count := 0
	for path, item := range a.OpenAPI().Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PATCH": item.Patch, "PUT": item.Put, "DELETE": item.Delete} {
			if op == nil {
				continue
			}
			count++
			if want := method + " " + path; !strings.HasPrefix(headings[op.OperationID], want) {
				t.Errorf("%s has the heading %q, want %q", op.OperationID, headings[op.OperationID], want)
			}
			for _, p := range op.Parameters {
				if !sectionHolds(page, op.OperationID, p.Name) {
					t.Errorf("%s does not name its parameter %s", op.OperationID, p.Name)
				}
			}
		}
	}
	if count < 25 {
		t.Errorf("only %d operations are in the document", count)
	}
	for name := range a.OpenAPI().Components.Schemas.Map() {
		if _, shown := headings["schema-"+name]; !shown {
			t.Errorf("schema %s is not on the page", name)
		}
	}
}

// sectionHolds reports whether the section headed by id says word.
func sectionHolds(page answer, id, word string) bool {
	sections := page.all("section", func(n *html.Node) bool { return value(n, "aria-labelledby") == id })
	return len(sections) == 1 && strings.Contains(textOf(sections[0]), word)
}

// TestReferenceExamplesWork makes the calls that the page shows: what needs no id of an existing thing must be accepted, and what does must fail
// for that reason alone.
func TestReferenceExamplesWork(t *testing.T) {
	t.Parallel()
	const base = "http://127.0.0.1:4711"
	r, _, e := docsRig(t, func(o *dashboard.Options) { o.BaseURL = base })
	r.subscribe()
	page := r.get(api.ReferencePath).want(http.StatusOK)
	command := regexp.MustCompile(`^curl (-N )?(?:-X ([A-Z]+) )?(?:-H 'Content-Type: application/json' -d '([^']*)' )?'` + base + `([^']*)'$`)
	calls := page.all("pre", func(n *html.Node) bool { return value(n, "aria-label") == "Example call" })
	if len(calls) < 25 {
		t.Fatalf("%d example calls", len(calls))
	}
	for _, n := range calls {
		parts := command.FindStringSubmatch(textOf(n))
		if parts == nil {
			t.Errorf("%s is not a call as expected", textOf(n))
			continue
		}
		streams, method, body, target := parts[1] != "", parts[2], parts[3], parts[4]
		switch {
		case streams:
			continue // never ends
		case method == "" && body != "":
			method = http.MethodPost
		case method == "":
			method = http.MethodGet
		}
		req := httptest.NewRequest(method, target, strings.NewReader(body)).WithContext(t.Context())
		if body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		rec := httptest.NewRecorder()
		e.ServeHTTP(rec, req)
		missing := strings.Contains(target, "/ID") || target == "/metrics"
		if ok := rec.Code < 300; ok == missing || missing && rec.Code != http.StatusNotFound {
			t.Errorf("%s\nis answered with %d: %s", textOf(n), rec.Code, rec.Body)
		}
	}
}

func TestReferenceShowsTheToken(t *testing.T) {
	t.Parallel()
	r, _, _ := docsRig(t, func(o *dashboard.Options) { o.Token = true })
	r.get(api.ReferencePath).want(http.StatusOK).holds(`curl -H "Authorization: Bearer $TOKEN" 'http://example.com/api/v1/events'`, "curl 'http://example.com/livez'")
}

func TestReferenceNeedsADocument(t *testing.T) {
	t.Parallel()
	newRig(t).get(api.ReferencePath).want(http.StatusNotFound)
	broken := newRig(t, func(o *dashboard.Options) { o.Document = func() []byte { return []byte("{") } })
	broken.get(api.ReferencePath).want(http.StatusServiceUnavailable)
}
