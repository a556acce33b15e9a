package browser_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/annohook/annohook/test/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// page is one tab of a browser.
type page struct {
	t      *testing.T
	ctx    context.Context //nolint:containedctx // chromedp keeps the tab in it
	server string

	mu    sync.Mutex
	wrong []string // what no page may do
}

// actsWithin bounds one step: much longer than it takes.
const actsWithin = 20 * time.Second

// open starts a browser with an empty tab that watches for errors and for requests to hosts other than the server's.
func open(t *testing.T, server string) *page {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.WindowSize(1200, 900), chromedp.Flag("disable-dev-shm-usage", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits for the browser to go, so that nothing of it is left
		end()
		stop()
	})
	p := &page{t: t, ctx: ctx, server: server}
	if err := chromedp.Listen(ctx, p.watch); err != nil { // starts the browser, which must outlive the deadline of a step
		t.Fatalf("start the browser: %v", err)
	}
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, text := range p.wrong {
			t.Error(text)
		}
	})
	return p
}

// chromium returns the browser; without one the test is skipped.
func chromium(t *testing.T) string {
	t.Helper()
	for _, variable := range []string{"ANNOHOOK_TEST_CHROMIUM", "CHROMIUM"} {
		if path := os.Getenv(variable); path != "" {
			return path
		}
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("this machine has no Chromium on the PATH")
	return ""
}

// watch notes what no page may do.
func (p *page) watch(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		p.note("exception: %s", text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			p.note("console: %v", e.Args)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			p.note("log: %s %s", e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if target, err := url.Parse(e.Request.URL); err != nil || !p.own(target) {
			p.note("request to %s", e.Request.URL)
		}
	}
}

// own says whether a request stays with the server or inside the browser.
func (p *page) own(target *url.URL) bool {
	return target.Scheme+"://"+target.Host == p.server || target.Scheme == "data" || target.Scheme == "blob" || target.Scheme == "about"
}

func (p *page) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wrong = append(p.wrong, fmt.Sprintf(format, args...))
}

// do runs steps in the tab; when they fail, the test ends with a picture of the moment.
func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	get(p, chromedp.Steps(steps...))
}

// get runs an action in the tab and returns its value; when it fails, the test ends with a picture of the moment.
func get[T any](p *page, action chromedp.Action[T]) T {
	p.t.Helper()
	value, err := try(p, action)
	if err != nil {
		p.shot("failed-" + strings.ReplaceAll(p.t.Name(), "/", "-"))
		p.t.Fatalf("%v\nthe page says:\n%s", err, p.text())
	}
	return value
}

func try[T any](p *page, action chromedp.Action[T]) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, actsWithin)
	defer cancel()
	return chromedp.Run(ctx, action)
}

// visit opens a path of the server.
func (p *page) visit(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.server + path))
}

// text is what the page shows.
func (p *page) text() string {
	p.t.Helper()
	text, err := try(p, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		p.t.Errorf("read the page: %v", err)
	}
	return text
}

// content is all text of the page, that of closed parts included.
func (p *page) content() string {
	p.t.Helper()
	return get(p, chromedp.Evaluate[string]("document.body.textContent"))
}

// shows waits until the page shows every text, without regard to case, since style may change that.
func (p *page) shows(texts ...string) {
	p.t.Helper()
	var shown string
	for end := time.Now().Add(actsWithin); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		shown = strings.ToLower(p.text())
		missing := false
		for _, text := range texts {
			missing = missing || !strings.Contains(shown, strings.ToLower(text))
		}
		if !missing {
			return
		}
	}
	p.shot("missing-" + strings.ReplaceAll(p.t.Name(), "/", "-"))
	p.t.Fatalf("the page does not show %q; it shows:\n%s", texts, shown)
}

// mark leaves something in the page that a reload would lose.
func (p *page) mark() {
	p.t.Helper()
	get(p, chromedp.Evaluate[bool](`window.notReloaded = true`))
}

// marked says whether it is still there.
func (p *page) marked() bool {
	p.t.Helper()
	return get(p, chromedp.Evaluate[bool](`window.notReloaded === true`))
}

// shot keeps a picture of the whole page.
func (p *page) shot(name string) {
	p.t.Helper()
	png, err := try(p, chromedp.FullScreenshot(100)) // below 100 it would be a JPEG
	if err != nil {
		p.t.Errorf("take a picture: %v", err)
		return
	}
	folder := filepath.Join("..", "shots")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}
