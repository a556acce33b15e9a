package browser_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestKeys walks through the pages without a pointer.
func TestKeys(t *testing.T) {
	t.Parallel()
	server := serve(t)
	url, _ := answering(t, "", http.StatusOK)
	server.Subscribe(t, platform, url, nil)
	older, newer := trigger(t, server, event), trigger(t, server, event)
	p := open(t, server.URL)
	p.visit("/")
	p.count(streamed, 2)

	p.press(tab)
	p.until("the first stop is the link to the content", `document.activeElement.matches(".skip")`)
	p.press(enter)
	p.until("which leads there", `document.activeElement.id === "main"`)

	p.press("?")
	p.until("the list of keys is open", `document.querySelector("#keys").open`)
	p.shot("keys")
	p.press(escape)
	p.until("the list of keys is closed", `!document.querySelector("#keys").open`)

	p.press("t")
	p.until("t goes to the trigger", `document.activeElement.id === "quick-event"`)
	p.press(escape)
	p.until("Escape leaves the field", `document.activeElement === document.body`)

	p.press("j", "j")
	p.until("the second row has the focus", `document.activeElement.closest("tr")?.dataset.key === `+quoted(older))
	p.press("j")
	p.until("the last row keeps it", `document.activeElement.closest("tr")?.dataset.key === `+quoted(older))
	p.press("k")
	p.until("k goes back", `document.activeElement.closest("tr")?.dataset.key === `+quoted(newer))
	p.press(enter)
	p.leads("/deliveries/" + newer)

	for _, way := range []string{"d /deliveries", "s /subscriptions", "t /compose", "p /platforms", "a /api/docs", "l /"} {
		key, path, _ := strings.Cut(way, " ")
		p.press("g", key)
		p.until("g "+key+" leads to "+path, `location.pathname === `+quoted(path)+` && document.readyState === "complete"`)
	}
	p.press("/")
	p.until("/ goes to the search", `location.pathname === "/deliveries" && document.activeElement.id === "q"`)
	p.press("j") // is typed
	if got := value[string](p, `document.querySelector("#q").value`); got != "j" {
		t.Errorf("the search holds %q, want what was typed", got)
	}
}

// TestRowKeepsTheFocus reads a row with the keys while others arrive: it keeps focus and place in the list of keys.
func TestRowKeepsTheFocus(t *testing.T) {
	t.Parallel()
	server := serve(t)
	url, _ := answering(t, "", http.StatusOK)
	server.Subscribe(t, platform, url, nil)
	older := trigger(t, server, event)
	p := open(t, server.URL)
	p.visit("/")
	p.until("the page is live", isLive)
	p.count(streamed, 1)
	p.press("j")
	p.until("the row has the focus", `document.activeElement.closest("tr")?.dataset.key === `+quoted(older))
	trigger(t, server, event)
	p.count(streamed, 2)
	p.until("the row still has it", `document.activeElement.closest("tr")?.dataset.key === `+quoted(older))
	p.press("k")
	p.until("k goes to the one that came", `document.activeElement.closest("tr")?.dataset.key === `+quoted(newest(t, server)))
}

// TestTheme follows the system until the reader chooses, and keeps the choice over a reload without a flash of the other theme.
func TestTheme(t *testing.T) {
	t.Parallel()
	server := serve(t)
	p := open(t, server.URL)
	const background = `getComputedStyle(document.body).backgroundColor`
	p.system("light")
	p.visit("/")
	light := value[string](p, background)
	p.system("dark")
	dark := value[string](p, background)
	if light == dark {
		t.Fatalf("the system's theme changes nothing: %s", light)
	}
	button := `[data-theme-button]`
	is := func(theme, colour, when string) {
		t.Helper()
		p.until(when, `document.querySelector("[data-theme-button]").dataset.is === `+quoted(theme))
		if got := value[string](p, background); got != colour {
			t.Errorf("%s: background %s, want %s", when, got, colour)
		}
	}
	is("auto", dark, "at first the system decides")
	p.click(button)
	is("light", light, "after one press it is light")
	p.do(chromedp.Reload())
	is("light", light, "after a reload it still is")
	p.visit("/platforms")
	is("light", light, "and on another page")
	p.click(button)
	p.system("light")
	is("dark", dark, "after two presses it is dark, whatever the system says")
	p.click(button)
	is("auto", light, "after three the system decides again")
}

// system sets the theme that the reader's system asks for.
func (p *page) system(theme string) {
	p.t.Helper()
	p.do(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
	}))
}

// TestTimesInTheViewersZone shows times where the reader is, with UTC on hover.
func TestTimesInTheViewersZone(t *testing.T) {
	t.Parallel()
	server := serve(t)
	url, _ := answering(t, "", http.StatusOK)
	server.Subscribe(t, platform, url, nil)
	trigger(t, server, event)
	p := open(t, server.URL)
	p.do(command(emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Asia/Kathmandu"})) // 5 h 45 min
	p.visit("/deliveries")
	p.until("the page names the zone", `/Asia\/(Kathmandu|Katmandu)/.test(document.querySelector("[data-zone]").textContent)`)
	const made = `document.querySelector(".c-made time")`
	p.until("minutes are off by 45", `(60 + Number(`+made+`.textContent.split(":")[1]) - new Date(`+made+`.dateTime).getUTCMinutes()) % 60 === 45`)
	p.until("hovering tells UTC", made+`.title.includes("UTC")`)
}
