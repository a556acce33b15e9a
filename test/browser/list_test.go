package browser_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/annohook/annohook/test/program"
)

// crowd is a server with three deliveries that succeeded and two that failed, of two types.
func crowd(t *testing.T) (server *program.Server, good, bad []string) {
	t.Helper()
	server = serve(t)
	ok, _ := answering(t, "thanks", http.StatusOK)
	no, _ := answering(t, "I am short and stout", http.StatusTeapot)
	server.Subscribe(t, platform, ok, map[string]any{"events": []string{event}})
	server.Subscribe(t, platform, no, map[string]any{"events": []string{"dataset.created"}, "retry": once["retry"]})
	for range 2 {
		good = append(good, trigger(t, server, event))
		bad = append(bad, trigger(t, server, "dataset.created"))
	}
	good = append(good, trigger(t, server, event))
	return server, good, bad
}

// TestSearch uses the language from the box, the ready-made searches, and the address.
func TestSearch(t *testing.T) {
	t.Parallel()
	server, _, bad := crowd(t)
	p := open(t, server.URL)
	p.visit("/deliveries")
	p.count(streamed, 5)
	p.press("/")
	p.types(`status:failed "dataset.created"`)
	p.press(enter)
	p.leads("/deliveries?q=status")
	p.count(streamed, 2)
	p.until("both are the failed ones", `document.querySelector('`+row(bad[0])+`') && document.querySelector('`+row(bad[1])+`')`)
	if got := value[string](p, `document.querySelector("#q").value`); got != `status:failed "dataset.created"` {
		t.Errorf("the box holds %q", got)
	}
	p.shot("search")

	trigger(t, server, event) // does not match: the list stays
	third := trigger(t, server, "dataset.created")
	p.until("what matches comes by itself", `document.querySelector('`+row(third)+`')`)
	p.count(streamed, 3)

	for query, want := range map[string]int{
		"type:record.*": 4, "-status:failed": 4, "code:418 attempt:1": 3, "latency:>20s": 0, "after:1h platform:" + platform: 7, "code:2xx,418 -type:record.*": 3,
	} {
		p.fill("#q", query)
		p.press(enter)
		p.leads("/deliveries?q=")
		p.until("the search is for "+query, `document.querySelector("#q").value === `+quoted(query))
		p.count(streamed, want)
	}
	p.fill("#q", "stattus:failed")
	p.press(enter)
	p.until("the wrong term is shown", `document.querySelector("#q-wrong mark")?.textContent === "stattus:failed"`)
	p.shows("status")
	p.shot("search-wrong")
	p.do(chromedp.Navigate(server.URL + "/deliveries"))
	p.click(`.chip[href*="failed"]`)
	p.leads("/deliveries?")
	p.count(streamed, 3)
}

// TestListBesideDetail opens deliveries beside the list with the pointer and the keys, in the address as well.
func TestListBesideDetail(t *testing.T) {
	t.Parallel()
	server, good, bad := crowd(t)
	p := open(t, server.URL)
	p.visit("/deliveries")
	p.count(streamed, 5)
	p.mark()
	shown := func(id string) {
		t.Helper()
		p.until(id+" is beside the list", `document.querySelector(".drawer [data-delivery]")?.dataset.delivery === `+quoted(id)+` && location.search.includes(`+quoted(id)+`)`)
		p.count(streamed, 5)
	}
	p.click(row(bad[1]) + ` .c-target`)
	shown(bad[1])
	p.shows("418", "short and stout")
	p.shot("beside")
	p.press("j") // from the row that is open
	shown(good[1])
	p.press("k", "k")
	shown(good[2])
	p.press(escape)
	p.count(".drawer", 0)
	p.press("j", enter)
	shown(bad[1])
	p.unreloaded("to show a delivery beside the list")
	p.do(chromedp.Reload())
	shown(bad[1]) // from the server
	p.press(escape)
	p.count(".drawer", 0)
	if strings.Contains(p.at(), "open=") {
		t.Errorf("closed, yet the address is %s", p.at())
	}
}

// TestBulkReplay chooses failed deliveries and sends them again.
func TestBulkReplay(t *testing.T) {
	t.Parallel()
	server, _, bad := crowd(t)
	p := open(t, server.URL)
	p.visit("/deliveries?q=status:failed")
	p.count(streamed, 2)
	for _, id := range bad {
		p.click(row(id) + ` input[name=id]`)
	}
	p.click(`#bulk button[value=replay]`)
	p.leads("/deliveries/bulk")
	p.shows("Send 2 deliveries again?")
	p.shot("bulk")
	p.click(`form[action="/deliveries/bulk"] button[type=submit]`)
	p.leads("/deliveries?")
	p.shows("2 deliveries go out again")
	p.shot("bulk-done")
	of := map[string]bool{}
	for _, d := range deliveries(t, server) {
		if d.ReplayOf != "" {
			of[d.ReplayOf] = true
		}
	}
	if len(of) != 2 || !of[bad[0]] || !of[bad[1]] {
		t.Errorf("replays of %v, want of %q", of, bad)
	}
}
