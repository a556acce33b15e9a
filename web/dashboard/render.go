package dashboard

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"regexp"
	"strings"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

//go:embed templates
var templateFiles embed.FS

// page answers one request. An error becomes a page that explains it; nothing may be written before.
type page func(http.ResponseWriter, *http.Request) error

// pages holds one template set for each page, by name: the page itself on top of the layout and the shared parts.
type pages map[string]*template.Template

// errNoPage is a path, or a record a path names, that does not exist.
var errNoPage = errors.New("there is nothing at this address")

func parsePages(a *assets) (pages, error) {
	base, err := template.New("layout").Funcs(funcs(a)).ParseFS(templateFiles, "templates/layout.html", "templates/parts/*.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	all := pages{}
	for _, name := range names {
		short := strings.TrimSuffix(strings.TrimPrefix(name, "templates/"), ".html")
		if short == "layout" {
			continue
		}
		set, err := base.Clone()
		if err != nil {
			return nil, err
		}
		if all[short], err = set.ParseFS(templateFiles, name); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// frame is what the layout shows around a page.
type frame struct {
	Title   string
	Section string // first part of the path, for the mark in the navigation
	Version string
	Styles  []string // of this page alone, names of assets
	Scripts []string
	Trouble string // of the store; empty: it takes events
	Data    any
}

// render prints a page. It is built in memory first, so that a fault in a template never sends half of one.
func (d *dashboard) render(w http.ResponseWriter, r *http.Request, status int, name, title string, data any) error {
	set, ok := d.pages[name]
	if !ok {
		return fmt.Errorf("no template %s", name)
	}
	section, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	f := frame{Title: title, Section: section, Version: d.version, Trouble: d.trouble(r, name), Data: data}
	if d.assets.has(name + ".css") {
		f.Styles = append(f.Styles, name+".css")
	}
	if d.assets.has(name + ".js") {
		f.Scripts = append(f.Scripts, name+".js")
	}
	var buf bytes.Buffer
	if err := set.ExecuteTemplate(&buf, "layout.html", f); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", contentPolicy)
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes()) // a reader that left is no fault of ours
	return nil
}

// follows is the stream a page listens to. The answer to a form does not: its address cannot be fetched again.
func follows(r *http.Request, stream string) string {
	if r.Method == http.MethodPost {
		return ""
	}
	return stream
}

// contentPolicy allows nothing that is not served by this program.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// serve runs a page, bounds what it may read, and shows its error.
func (d *dashboard) serve(p page) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, d.bodyLimit)
		if err := p(w, r); err != nil {
			d.fail(w, r, err)
		}
	})
}

// failure is the data of the error page.
type failure struct {
	Status  int
	Text    string
	Trouble bool // of the store, which passes
}

func (d *dashboard) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := explain(err, d.bodyLimit)
	if f.Status >= http.StatusInternalServerError {
		d.log.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "error", err)
	}
	again(w, r, f)
	if err := d.render(w, r, f.Status, "error", http.StatusText(f.Status), f); err != nil {
		d.log.ErrorContext(r.Context(), "error page failed", "path", r.URL.Path, "error", err)
		http.Error(w, f.Text, f.Status)
	}
}

// explain is the one table from errors to what a reader sees. Details of faults stay in the log.
func explain(err error, limit int64) failure {
	if f, ok := troubled(err); ok {
		return f
	}
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	_, invalid := errors.AsType[*scheduler.InvalidError](err)
	_, unwanted := errors.AsType[*scheduler.NoMatchError](err)
	switch {
	case errors.Is(err, errNoPage):
		return failure{Status: http.StatusNotFound, Text: "There is nothing at this address."}
	case errors.Is(err, history.ErrNotFound):
		return failure{Status: http.StatusNotFound, Text: "No such delivery or event is kept. Old settled deliveries are deleted after a while."}
	case errors.Is(err, subscriptions.ErrNotFound):
		return failure{Status: http.StatusNotFound, Text: "No such subscription exists. It may have been deleted."}
	case errors.Is(err, history.ErrCursor), errors.Is(err, errForm):
		return failure{Status: http.StatusBadRequest, Text: err.Error()}
	case tooLarge:
		return failure{Status: http.StatusRequestEntityTooLarge, Text: fmt.Sprintf("The form is larger than %s.", size(int(limit)))}
	case invalid:
		return failure{Status: http.StatusUnprocessableEntity, Text: err.Error()}
	case unwanted, errors.Is(err, subscriptions.ErrConflict), errors.Is(err, history.ErrSettled), errors.Is(err, scheduler.ErrCollecting),
		errors.Is(err, scheduler.ErrNothingSent), errors.Is(err, scheduler.ErrNoTarget):
		return failure{Status: http.StatusConflict, Text: err.Error()}
	default:
		return failure{Status: http.StatusServiceUnavailable, Text: "The server could not answer. Its log says why; if its store is down, try again in a moment."}
	}
}

// plainHost is a host and port that may stand in a command line without quotes.
var plainHost = regexp.MustCompile(`^[A-Za-z0-9.\-\[\]:]{1,255}$`)

// server is the base URL of this program as the reader reaches it.
func (d *dashboard) server(r *http.Request) string {
	if d.baseURL != "" {
		return strings.TrimSuffix(d.baseURL, "/")
	}
	if plainHost.MatchString(r.Host) {
		return "http://" + r.Host
	}
	return "http://127.0.0.1:8080"
}
