package browser_test

import (
	"context"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/annohook/annohook/test/program"
)

// shared is the one browser of all tests. Each page has a window and a profile of its own in it: to start a browser takes longer than most tests.
var shared struct {
	sync.Once
	ctx  context.Context //nolint:containedctx // chromedp keeps the browser in it
	stop func()
	err  error
}

func TestMain(m *testing.M) {
	code := program.Main(m)
	if shared.stop != nil {
		shared.stop()
	}
	os.Exit(code)
}

// theBrowser starts it once. Without one on this machine the test is skipped.
func theBrowser(t *testing.T) context.Context {
	t.Helper()
	path := chromium(t)
	shared.Do(func() {
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.WindowSize(1300, 900))
		allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, end := chromedp.NewContext(allocator)
		shared.ctx, shared.err = ctx, chromedp.Do(ctx) //nolint:fatcontext // once, not in a loop
		shared.stop = func() {
			_ = chromedp.Cancel(ctx) // waits for the browser to go, so that nothing of it is left
			end()
			stop()
		}
	})
	if shared.err != nil {
		t.Fatalf("start the browser: %v", shared.err)
	}
	return shared.ctx
}

// chromium returns the browser's path; without one the test is skipped.
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
