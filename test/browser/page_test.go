package browser_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	screen "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// page is one window of the browser.
type page struct {
	t      *testing.T
	ctx    context.Context //nolint:containedctx // chromedp keeps the tab in it
	server string

	mu       sync.Mutex
	wrong    []string // what no page may do
	expected []string // parts of what this one may
}

// actsWithin bounds one step: much longer than it takes.
const actsWithin = 30 * time.Second

// open gives an empty window that watches for errors and for requests to hosts other than the server's.
func open(t *testing.T, server string) *page {
	t.Helper()
	ctx, end := chromedp.NewContext(theBrowser(t), chromedp.WithNewBrowserContext())
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // so that no page outlives its server
		end()
	})
	p := &page{t: t, ctx: ctx, server: server}
	if err := chromedp.Listen(ctx, p.watch); err != nil { // opens the window, which must outlive the deadline of a step
		t.Fatalf("open a window: %v", err)
	}
	p.do(
		chromedp.EmulateViewport(1300, 900),
		// Windows of one browser would take the focus from each other.
		command(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}),
	)
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, text := range p.wrong {
			t.Error(text)
		}
	})
	return p
}

// command is an action that runs a command of the protocol that answers nothing.
func command[P any](cmd cdp.Command[P, cdp.Empty], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, cmd, params)
		return err
	})
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
	text := fmt.Sprintf(format, args...)
	for _, part := range p.expected {
		if strings.Contains(text, part) {
			return
		}
	}
	p.wrong = append(p.wrong, text)
}

// expect allows the page what contains one of these parts.
func (p *page) expect(parts ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expected = append(p.expected, parts...)
}

// do runs steps in the window; when they fail, the test ends with a picture of the moment.
func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	get(p, chromedp.Steps(steps...))
}

// get runs an action in the window and returns its value; when it fails, the test ends with a picture of the moment.
func get[T any](p *page, action chromedp.Action[T]) T {
	p.t.Helper()
	value, err := try(p, action)
	if err != nil {
		p.fail("%v", err)
	}
	return value
}

func try[T any](p *page, action chromedp.Action[T]) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, actsWithin)
	defer cancel()
	return chromedp.Run(ctx, action)
}

// fail ends the test with a picture and the text of the moment.
func (p *page) fail(format string, args ...any) {
	p.t.Helper()
	p.shot("failed-" + strings.ReplaceAll(p.t.Name(), "/", "-"))
	where, _ := try(p, chromedp.Location())
	p.t.Fatalf("%s\nat %s the page says:\n%s", fmt.Sprintf(format, args...), where, p.text())
}

// value is what a JavaScript expression gives.
func value[T any](p *page, expression string) T {
	p.t.Helper()
	return get(p, chromedp.Evaluate[T](expression))
}

// visit opens a path of the server.
func (p *page) visit(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.server + path))
}

// at is the path with the query of what is shown.
func (p *page) at() string {
	p.t.Helper()
	return strings.TrimPrefix(get(p, chromedp.Location()), p.server)
}

// until waits for a JavaScript condition. While a page is left for another one it cannot be asked; that is no failure.
func (p *page) until(what, condition string) {
	p.t.Helper()
	var last error
	for end := time.Now().Add(actsWithin); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		holds, err := try(p, chromedp.Evaluate[bool]("Boolean("+condition+")"))
		if err == nil && holds {
			return
		}
		last = err
	}
	p.fail("not so within %s: %s (%v)", actsWithin, what, last)
}

// stays fails the test if a JavaScript condition that holds does not go on to hold for a while. A machine too slow for that while misses a fault,
// and never sees one that is none.
func (p *page) stays(what, condition string) {
	p.t.Helper()
	for end := time.Now().Add(time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if !value[bool](p, "Boolean("+condition+")") {
			p.fail("no longer so: %s", what)
		}
	}
}

// count waits until a selector finds a number of elements.
func (p *page) count(selector string, n int) {
	p.t.Helper()
	p.until(fmt.Sprintf("%d × %s", n, selector), fmt.Sprintf("document.querySelectorAll(%q).length === %d", selector, n))
}

// leads waits until the address, path and query, is one that begins so.
func (p *page) leads(prefix string) {
	p.t.Helper()
	p.until("the address begins with "+prefix, fmt.Sprintf("(location.pathname + location.search).startsWith(%q) && document.readyState === 'complete'", prefix))
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
	return value[string](p, "document.body.textContent")
}

// shows waits until the page shows every text, without regard to case, since style may change that.
func (p *page) shows(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		p.until(fmt.Sprintf("the page shows %q", text), fmt.Sprintf("document.body?.innerText.toLowerCase().includes(%q)", strings.ToLower(text)))
	}
}

// mark leaves something in the page that a reload would lose.
func (p *page) mark() {
	p.t.Helper()
	value[bool](p, `window.notReloaded = true`)
}

// unreloaded fails the test if it is gone.
func (p *page) unreloaded(when string) {
	p.t.Helper()
	if !value[bool](p, `window.notReloaded === true`) {
		p.t.Errorf("the page was reloaded %s", when)
	}
}

// tallest is how much of a long page is on its picture, in pixels.
const tallest = 5000

// shot keeps a picture of the page.
func (p *page) shot(name string) {
	p.t.Helper()
	png, err := try(p, func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
		size, err := cdp.Call(ctx, t, screen.GetLayoutMetrics, cdp.Empty{})
		if err != nil {
			return nil, err
		}
		picture, err := cdp.Call(ctx, t, screen.CaptureScreenshot, screen.CaptureScreenshotParams{
			Clip:                  &screen.Viewport{Width: float64(size.CSSLayoutViewport.ClientWidth), Height: min(tallest, size.CSSContentSize.Height), Scale: 1},
			CaptureBeyondViewport: new(true), OptimizeForSpeed: new(true),
		})
		return picture.Data, err
	})
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
