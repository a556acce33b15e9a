package browser_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
)

// view is one page of the world, or one state of a page.
type view struct {
	name, path string
	brief      bool // one picture wide and light, one narrow and dark; otherwise all four
}

// views are all pages with everything they can show.
func (w world) views() []view {
	list := []view{
		{name: "live", path: "/"},
		{name: "live-answer", path: "/?made=1&event=" + platform + "/" + event + "&delivery=" + w.at["slow"], brief: true},
		{name: "queue", path: "/queue"},
		{name: "deliveries", path: "/deliveries"},
		{name: "deliveries-beside", path: "/deliveries?q=status:failed&open=" + w.at["exhausted"]},
		{name: "deliveries-found", path: "/deliveries?q=token+type:record.*", brief: true},
		{name: "deliveries-wrong", path: "/deliveries?q=stattus:failed", brief: true},
		{name: "deliveries-none", path: "/deliveries?q=latency:>1h+status:failed", brief: true},
		{name: "bulk", path: "/deliveries/bulk?do=replay&of=all&q=status:failed"},
		{name: "delivery", path: "/deliveries/" + w.at["exhausted"]},
		{name: "delivery-retrying", path: "/deliveries/" + w.at["retrying"]},
		{name: "delivery-refused", path: "/deliveries/" + w.at["refused"], brief: true},
		{name: "delivery-long", path: "/deliveries/" + w.at["long"] + "?tab=headers", brief: true},
		{name: "delivery-hostile", path: "/deliveries/" + w.at["hostile"] + "?tab=raw", brief: true},
		{name: "delivery-replay", path: "/deliveries/" + w.at["replay"] + "?tab=hex", brief: true},
		{name: "subscriptions", path: "/subscriptions"},
		{name: "subscription", path: "/subscriptions/" + w.at["sub-exhausted"]},
		{name: "subscription-off", path: "/subscriptions/" + w.at["sub-off"], brief: true},
		{name: "subscription-hostile", path: "/subscriptions/" + w.at["sub-hostile"], brief: true},
		{name: "compose", path: "/compose"},
		{name: "compose-preview", path: "/compose?platform=" + platform + "&type=" + event + "&subscription=" + w.at["sub-hostile"] + "&preview=1", brief: true},
		{name: "actions", path: "/compose/actions"},
		{name: "platforms", path: "/platforms"},
		{name: "event", path: "/platforms/" + platform + "/" + event},
		{name: "docs", path: "/api/docs", brief: true},
		{name: "login", path: "/login?failed"},
		{name: "missing", path: "/nothing", brief: true},
	}
	for _, id := range w.platforms {
		list = append(list, view{name: "platform-" + id, path: "/platforms/" + id, brief: id != platform},
			view{name: "subscriptions-" + id, path: "/subscriptions?platform=" + id + "#new", brief: true},
			view{name: "subscription-" + id, path: "/subscriptions/" + w.at["sub-"+id], brief: true},
			view{name: "delivery-" + id, path: "/deliveries/" + w.at["delivery-"+id], brief: true},
			view{name: "compose-" + id, path: "/compose?platform=" + id, brief: true})
	}
	return list
}

// TestEveryPage reads each page in both themes, wide and narrow: nothing is wider than its window, too faint, without a name or out of order.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	views := w.views()
	const hands = 3 // windows that share the pages
	for hand := range hands {
		t.Run(strconv.Itoa(hand), func(t *testing.T) {
			t.Parallel()
			p := open(t, w.server.URL)
			p.expect("status of 401", "status of 404")
			for i := hand; i < len(views); i += hands {
				p.inspect(views[i])
			}
		})
	}
}

// Widths of windows, in pixels.
const (
	narrow = 380 // a small telephone
	medium = 768 // a tablet: the narrowest window that has tables
	wide   = 1300
)

func (p *page) inspect(v view) {
	p.t.Helper()
	p.visit(v.path)
	p.shows("annohook")
	p.outlined(v.name)
	p.named(v.name)
	p.harmless(v.name)
	if value[bool](p, `location.pathname === "/compose" && document.querySelector(".notice.bad") !== null`) {
		p.t.Errorf("%s opens with what cannot be sent:\n%s", v.name, p.text())
	}
	for _, width := range []int64{wide, medium, narrow} {
		p.do(chromedp.EmulateViewport(width, 900))
		for _, theme := range []string{"light", "dark"} {
			if width == medium && theme == "dark" {
				continue // colours are those of the wide window
			}
			p.system(theme)
			p.legible(fmt.Sprintf("%s, %s, %d", v.name, theme, width))
			if !v.brief && width != medium || (width == narrow) == (theme == "dark") {
				p.shot(fmt.Sprintf("page-%s-%s-%d", v.name, theme, width))
			}
		}
		p.fits(v.name, width)
		if width > narrow { // there rows have left the tables
			p.uncut(v.name, width)
		}
	}
	p.do(chromedp.EmulateViewport(wide, 900))
}

// uncut fails the test if a list has to be scrolled sideways, or has a column too narrow for its words.
func (p *page) uncut(where string, width int64) {
	p.t.Helper()
	const cut = `[...document.querySelectorAll("table.list")].filter((el) => el.checkVisibility() && !el.closest(".world")).map((table) => {
		const box = table.closest(".scroll") ?? table.parentElement, name = table.className + ": ";
		if (box.scrollWidth > box.clientWidth + 1) return name + box.scrollWidth + " px in " + box.clientWidth;
		const cells = [...table.querySelectorAll("th, td")].filter((el) => el.checkVisibility() && el.innerText.trim());
		const words = cells.find((el) => el.clientWidth < 48 && el.innerText.trim().length > 12);
		if (words) return name + words.clientWidth + " px for " + words.innerText.trim().slice(0, 40);
		const over = cells.find((el) => el.scrollWidth > el.clientWidth + 1 && getComputedStyle(el).overflowX === "visible");
		return over ? name + "too wide for its cell: " + over.innerText.trim().slice(0, 40) : "";
	}).filter(Boolean).join("\n")`
	if text := value[string](p, cut); text != "" {
		p.t.Errorf("%s at %d px: %s", where, width, text)
	}
}

// TestRowsArriveWithoutLayoutShift watches what stands on the live page while rows arrive: nothing but the rows may move.
func TestRowsArriveWithoutLayoutShift(t *testing.T) {
	t.Parallel()
	server := serve(t)
	url := moody(t)
	server.Subscribe(t, platform, url, nil)
	for range 21 { // more than the tutorial is for
		trigger(t, server, event)
	}
	for _, width := range []int64{1300, narrow} {
		for _, path := range []string{"/", "/deliveries", "/queue"} {
			p := open(t, server.URL)
			p.do(chromedp.EmulateViewport(width, 900))
			p.visit(path)
			p.until("the page is live", isLive)
			get(p, chromedp.Evaluate[float64](`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`, chromedp.EvalAwaitPromise)) // what loading moved has moved
			value[bool](p, `window.shifts = [], new PerformanceObserver((list) => {
				for (const e of list.getEntries()) if (!e.hadRecentInput) shifts.push(e.value.toFixed(4) + " " + e.sources.map((s) => s.node?.nodeName + "." + (s.node?.className ?? "")).join(" "));
			}).observe({type: "layout-shift"}), true`)
			before := p.places()
			for range 2 {
				server.Subscribe(t, platform, url+"/?wait=20ms&status=500", map[string]any{"events": []string{event}})
				id := trigger(t, server, "dataset.created")
				if path != "/queue" {
					p.until("the row came", `document.querySelector('`+row(id)+`')`)
				}
			}
			if after := p.places(); after != before {
				t.Errorf("%s at %d px: things moved from\n%s to\n%s", path, width, before, after)
			}
			if text := value[string](p, `shifts.join("\n")`); text != "" {
				t.Errorf("%s at %d px shifts:\n%s", path, width, text)
			}
		}
	}
}

// places is where the things stand that must not move.
func (p *page) places() string {
	p.t.Helper()
	return value[string](p, `[...document.querySelectorAll("h1, h2, th, header.top *, form, .counts li, .chip, [data-part] > h2")].filter((el) => el.checkVisibility() && !el.closest("aside")).map((el) => {
		const box = el.getBoundingClientRect();
		return el.tagName + " " + el.textContent.trim().replace(/\d+/g, "n").slice(0, 20) + " " + [box.x, box.y, box.width].map(Math.round).join(" ");
	}).join("\n")`)
}
