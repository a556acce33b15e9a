package browser_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/annohook/annohook/test/program"
)

// Parts of the live page.
const (
	quick    = `form[action="/trigger"]`
	streamed = `[data-part=list] tr[data-key]`
	held     = `[data-held]`
	pause    = `[data-pause]`
	isLive   = `document.querySelector("[data-connection]").dataset.state === "live"`
)

// row is the row of a delivery.
func row(id string) string { return `tr[data-key="` + id + `"]` }

// TestTutorial follows a newcomer who types what the empty page says: each step ticks itself off while the page is looked at.
func TestTutorial(t *testing.T) {
	t.Parallel()
	shell := newcomer(t)
	server := serve(t)
	p := open(t, server.URL)
	p.visit("/")
	p.shows("Nothing was sent yet", "Start a listener", "Register it", "Trigger an event")
	p.until("the page is live", isLive)
	p.mark()
	p.shot("tutorial")

	listen, register, send := p.command("listener"), p.command("subscription"), p.command("event")
	for _, text := range []string{register, send} {
		if !strings.Contains(text, server.URL) {
			t.Errorf("the command is not for this server: %s", text)
		}
	}
	shell.start(listen)
	shell.run(register)
	p.until("the second step is ticked off", `document.querySelector("[data-step=subscription].done")`)
	shell.run(send)
	p.count(streamed, 1)
	p.until("the whole trip is ticked off", `document.querySelectorAll(".steps > .done").length === 3`)
	p.shows("succeeded")
	p.unreloaded("while the steps were done")
	p.shot("tutorial-done")
}

// command is the one that a step of the tutorial shows.
func (p *page) command(step string) string {
	p.t.Helper()
	return value[string](p, fmt.Sprintf(`document.querySelector("[data-step=%s] pre").textContent`, step))
}

// terminal runs commands as they stand on the page, but for the port of the listener.
type terminal struct {
	t    *testing.T
	port string
	env  []string
}

// newcomer opens a terminal that finds annohook on its PATH.
func newcomer(t *testing.T) *terminal {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("this machine has no curl on the PATH")
	}
	folder := t.TempDir()
	binary, err := filepath.Abs(program.Binary(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(binary, filepath.Join(folder, "annohook")); err != nil {
		t.Fatal(err)
	}
	env := append(program.Environment(), "PATH="+folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	return &terminal{t: t, port: freePort(t), env: env}
}

func (s *terminal) prepare(line string) *exec.Cmd {
	line = strings.ReplaceAll(line, "127.0.0.1:9000", "127.0.0.1:"+s.port)
	cmd := exec.CommandContext(s.t.Context(), "sh", "-c", "exec "+line)
	cmd.Env, cmd.Dir = s.env, s.t.TempDir()
	return cmd
}

func (s *terminal) run(line string) {
	s.t.Helper()
	if out, err := s.prepare(line).CombinedOutput(); err != nil {
		s.t.Fatalf("%s\n%v: %s", line, err, out)
	}
}

// start runs a command until the end of the test and waits until it listens.
func (s *terminal) start(line string) {
	s.t.Helper()
	cmd := s.prepare(line)
	if err := cmd.Start(); err != nil {
		s.t.Fatalf("%s\n%v", line, err)
	}
	s.t.Cleanup(func() { _ = cmd.Wait() }) // killed when the test's context ended
	eventually(s.t, "the listener listens", func() bool { return takes(s.port) })
}

// TestTriggerFromThePage sends from the bar of the live page: the answer stands on the page, the row comes by itself, the choice stays.
func TestTriggerFromThePage(t *testing.T) {
	t.Parallel()
	server := serve(t)
	p := open(t, server.URL)
	p.expect("status of 409") // the answer that nobody wants the event
	p.visit("/")
	p.mark()
	p.choose(quick+` [name=event]`, platform+"/"+event)
	p.click(quick + ` button`)
	p.until("the page says why nothing was sent", `document.querySelector("#quick-answer .bad a[href*=subscriptions]")`)

	url, signatures := answering(t, "thanks", http.StatusOK)
	server.Subscribe(t, platform, url, nil)
	p.fill(quick+` [name=count]`, "2")
	p.click(quick + ` button`)
	p.until("the page says what was made", `document.querySelector("#quick-answer .good a")`)
	p.count(streamed, 2)
	p.unreloaded("to show the rows")

	id := trigger(t, server, "dataset.created") // from elsewhere
	p.until("its row came by itself", `document.querySelector('`+row(id)+`')?.innerText.includes("succeeded")`)
	p.unreloaded("to show the row")
	p.shot("live")
	p.visit("/")
	if got := value[string](p, `document.querySelector('`+quick+` [name=event]').value`); got != platform+"/"+event {
		t.Errorf("the choice was not kept: %s", got)
	}

	p.click(`[data-part=list] tr[data-key]:last-child td a`)
	p.shows("webhook-signature")
	if got := signatures(); len(got) < 2 || !strings.Contains(p.content(), got[0]) && !strings.Contains(p.content(), got[1]) {
		t.Errorf("the page does not show the signature that was sent, one of %q", got)
	}
}

// TestPause holds rows back and counts them, those that the page is not about left out.
func TestPause(t *testing.T) {
	t.Parallel()
	server := serve(t)
	good, _ := answering(t, "", http.StatusOK)
	bad, _ := answering(t, "", http.StatusNotFound)
	server.Subscribe(t, platform, good, map[string]any{"events": []string{event}})
	server.Subscribe(t, platform, bad, map[string]any{"events": []string{"dataset.created"}, "retry": once["retry"]})
	first := trigger(t, server, "dataset.created")
	p := open(t, server.URL)
	p.visit("/deliveries?q=status:failed")
	p.until("the page is live", isLive)
	p.count(streamed, 1)
	p.press("p")
	p.until("the button says so", `document.querySelector("`+pause+`").textContent === "Resume"`)

	trigger(t, server, event) // does not match
	second := trigger(t, server, "dataset.created")
	p.until("one delivery is held back", `/^1 delivery changed/.test(document.querySelector("`+held+`").textContent)`)
	p.stays("it is the only one", `/^1 delivery changed/.test(document.querySelector("`+held+`").textContent)`)
	if n := value[int](p, `document.querySelectorAll("`+streamed+`").length`); n != 1 {
		t.Errorf("%d rows while paused, want the 1 from before", n)
	}
	p.shot("paused")
	p.press("p")
	p.until("both rows are there", `document.querySelector('`+row(first)+`') && document.querySelector('`+row(second)+`')`)
	p.until("nothing is held back", `document.querySelector("`+held+`").hidden`)
	p.count(streamed, 2)
}

// TestBusyStreamWaitsForTheReader sends more than a person can read: counters go on, rows wait behind a button.
func TestBusyStreamWaitsForTheReader(t *testing.T) {
	t.Parallel()
	server := serve(t)
	url, _ := answering(t, "", http.StatusOK)
	server.Subscribe(t, platform, url, nil)
	trigger(t, server, event)
	p := open(t, server.URL)
	p.visit("/")
	p.until("the page is live", isLive)
	const many = 200
	published, err := server.TriggerMany(t.Context(), platform, event, many)
	if err != nil {
		t.Fatal(err)
	}
	p.until("rows are held back", `!document.querySelector("`+held+`").hidden`)
	p.until("the counters went on", fmt.Sprintf(`[...document.querySelectorAll(".counts b")].some((b) => b.textContent === "%d")`, many+1))
	eventually(t, "all are settled", func() bool { return server.Deliveries(t)["succeeded"] == many+1 })
	p.click(held)
	last := published.Deliveries[len(published.Deliveries)-1].ID
	p.until("the newest row is there", `document.querySelector('`+row(last)+`')`)
	// What a slow stream tells only now waits again, for a reader who is content to press again.
	p.until("nothing waits any more", `document.querySelector("`+held+`").hidden || (document.querySelector("`+held+`").click(), false)`)
}

// TestTitleCountsFailures looks away: failures that come meanwhile are counted in the title until somebody looks again.
func TestTitleCountsFailures(t *testing.T) {
	t.Parallel()
	server := serve(t)
	url, _ := answering(t, "", http.StatusGone)
	server.Subscribe(t, platform, url, once)
	p := open(t, server.URL)
	p.visit("/")
	p.until("the page is live", isLive)
	title := get(p, chromedp.Title())
	hide := func(hidden bool) {
		value[bool](p, fmt.Sprintf(`Object.defineProperty(document, "hidden", {value: %t, configurable: true}), document.dispatchEvent(new Event("visibilitychange"))`, hidden))
	}
	hide(true)
	trigger(t, server, event)
	p.until("the title counts", `document.title.startsWith("(1 failed) ")`)
	hide(false)
	p.until("the title is as before", fmt.Sprintf("document.title === %q", title))
	p.count(streamed, 1)
}

// TestDeliveryPageFollowsTheAttempts looks at a delivery while it is retried: planned attempts become made ones.
func TestDeliveryPageFollowsTheAttempts(t *testing.T) {
	t.Parallel()
	server := serve(t)
	url, _ := answering(t, "later", http.StatusServiceUnavailable, http.StatusServiceUnavailable, http.StatusNoContent)
	server.Subscribe(t, platform, url, map[string]any{"retry": map[string]any{"delays": []string{"6s", "2s"}}})
	p := open(t, server.URL)
	id := server.Trigger(t, platform, event).Deliveries[0].ID

	p.visit("/deliveries/" + id)
	p.shows("retrying", "503")
	p.until("the next attempt is planned", `document.querySelector('li.planned[data-key="attempt-2"], li.planned[data-key="attempt-3"]')`)
	p.mark()
	p.shot("delivery-retrying")
	p.until("all three were made", `[1, 2, 3].every((n) => document.querySelector('li.made[data-key="attempt-' + n + '"]'))`)
	p.shows("succeeded", "204")
	p.until("the newest attempt is shown", `document.querySelector("#exchange-head").textContent === "Attempt 3"`)
	p.unreloaded("to show the attempts")
	p.click(`li[data-key="attempt-1"] a`)
	p.until("the first attempt is shown", `document.querySelector("#exchange-head").textContent === "Attempt 1"`)
	p.shows("503", "later")
	p.unreloaded("to show another attempt")
}
