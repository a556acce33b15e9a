package browser_test

import (
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestWithoutScripts does with forms and links alone what the scripts make quicker.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	server := serve(t)
	p := open(t, server.URL)
	p.expect("status of 409", "status of 422")
	p.withoutScripts()
	p.visit("/")
	p.shows("Nothing was sent yet")
	p.until("nothing is offered that needs a script", `[...document.querySelectorAll("[data-theme-button], [data-help], [data-stream]")].every((el) => el.hidden)`)
	p.do(chromedp.SetValue(chromedp.CSS(quick+` [name=event]`), platform+"/"+event))
	p.click(quick + ` button`)
	p.until("the page says why nothing was sent", `document.querySelector("#quick-answer .bad")`)

	url, _ := answering(t, "welcome", http.StatusOK)
	p.visit("/subscriptions?platform=" + platform)
	p.fill(`.editor [name=url]`, "nonsense")
	p.click(`.editor button[type=submit].primary`)
	p.until("the field says what is wrong", `document.querySelector("[data-field=url] .wrong")`)
	p.fill(`.editor [name=url]`, url)
	p.click(`.editor button[type=submit].primary`)
	p.until("it is made", `location.pathname.startsWith("/subscriptions") && !document.querySelector(".editor .wrong")`)
	if n := subscriptionCount(t, server); n != 1 {
		t.Fatalf("%d subscriptions, want 1", n)
	}
	p.visit("/subscriptions")
	p.click(`[data-part=list] tr[data-key] a`)
	p.click(`form[data-test] button`)
	p.shows("welcome")

	p.visit("/")
	p.do(chromedp.SetValue(chromedp.CSS(quick+` [name=event]`), platform+"/"+event), chromedp.SetValue(chromedp.CSS(quick+` [name=count]`), "3"))
	p.click(quick + ` button`)
	p.until("the page says what was made", `document.querySelector("#quick-answer .good")`)
	p.withoutScriptsDelivery(newest(t, server))
	p.withoutScriptsList()
}

// withoutScriptsDelivery looks at a delivery in another way, sends it again and follows the link back.
func (p *page) withoutScriptsDelivery(id string) {
	p.t.Helper()
	p.visit("/deliveries/" + id)
	p.click(`a[data-swap][href*="tab=hex"]`)
	p.leads("/deliveries/" + id + "?")
	p.shows("00000000")
	p.click(`form[action$="/replay"] button`)
	p.until("the new delivery is shown", `location.pathname.startsWith("/deliveries/") && !location.pathname.endsWith(`+quoted(id)+`)`)
	p.shows("replay of")
}

// withoutScriptsList searches, opens one beside the list, and turns pages.
func (p *page) withoutScriptsList() {
	p.t.Helper()
	p.visit("/deliveries")
	p.fill("#q", "type:"+event)
	p.press(enter)
	p.leads("/deliveries?q=type")
	p.click(`[data-part=list] tr[data-key] a[data-open]`)
	p.until("it is beside the list", `location.search.includes("open=") && document.querySelector(".drawer [data-delivery]")`)
	p.click(`a[data-close]`)
	p.until("it is closed", `!document.querySelector(".drawer")`)
	p.visit("/")
	p.do(chromedp.SetValue(chromedp.CSS(quick+` [name=event]`), platform+"/"+event), chromedp.SetValue(chromedp.CSS(quick+` [name=count]`), "60"))
	p.click(quick + ` button`)
	p.shows("60 deliveries were made")
	p.visit("/deliveries")
	first := value[string](p, `document.querySelector("`+streamed+`").dataset.key`)
	p.click(`.pager a[rel=next]`)
	p.until("older ones are shown", `location.search.includes("cursor=") && document.querySelector("`+streamed+`").dataset.key < `+quoted(first))
	p.shows("annohook")
}

// withoutScripts switches them off for every page that follows.
func (p *page) withoutScripts() {
	p.t.Helper()
	p.do(command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
}
