package dashboard

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/annohook/annohook/sender/history"
)

// The ways to look at a request or reply.
const (
	tabPretty  = "pretty"
	tabRaw     = "raw"
	tabHeaders = "headers"
	tabHex     = "hex"
)

// tabs lists them in their order on the page.
func tabs() []string { return []string{tabPretty, tabRaw, tabHeaders, tabHex} }

// tabCookie remembers the way a reader chose last, for pages whose address does not say one. It works without scripts.
const tabCookie = "annohook-tab"

// choice is what the reader wants to see of a delivery.
type choice struct {
	Delivery string
	Number   int    // of the attempt; 0: the newest that ended
	Tab      string // always one of tabs
	asked    bool   // the address says the tab
}

// chosen reads the address, then what was chosen before. What is not understood is as if it were not there: an old link still leads somewhere.
func chosen(r *http.Request) choice {
	query := r.URL.Query()
	c := choice{Tab: query.Get("tab")}
	if n, err := strconv.Atoi(query.Get("attempt")); err == nil && n > 0 {
		c.Number = n
	}
	if c.asked = slices.Contains(tabs(), c.Tab); c.asked {
		return c
	}
	c.Tab = tabPretty
	if cookie, err := r.Cookie(tabCookie); err == nil && slices.Contains(tabs(), cookie.Value) {
		c.Tab = cookie.Value
	}
	return c
}

// remember keeps a tab that was asked for.
func (c choice) remember(w http.ResponseWriter, r *http.Request) {
	if !c.asked {
		return
	}
	const year = 365 * 24 * 60 * 60
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure goes with the connection, and nothing here is secret
		Name: tabCookie, Value: c.Tab, Path: "/", MaxAge: year, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	})
}

// attempt is the index of the attempt to show: the one asked for, else the newest that ended, else the one that runs; -1 without any.
func (c choice) attempt(attempts []history.Attempt) int {
	shown := -1
	for i, a := range attempts {
		if a.Number == c.Number {
			return i
		}
		if shown < 0 || a.Outcome != "" {
			shown = i
		}
	}
	return shown
}

// link is the address that shows attempt n in a tab; 0 follows the newest.
func (c choice) link(n int, tab string) string {
	v := url.Values{}
	if n > 0 {
		v.Set("attempt", strconv.Itoa(n))
	}
	if tab != "" {
		v.Set("tab", tab)
	}
	query := v.Encode()
	if query != "" {
		query = "?" + query
	}
	return "/deliveries/" + url.PathEscape(c.Delivery) + query + "#exchange"
}

// tabLinks are the tabs, the shown one marked.
func (c choice) tabLinks() []tabLink {
	links := make([]tabLink, 0, len(tabs()))
	for _, tab := range tabs() {
		links = append(links, tabLink{Name: tab, URL: c.link(c.Number, tab), Current: tab == c.Tab})
	}
	return links
}

// tabLink leads to one way of looking.
type tabLink struct {
	Name, URL string
	Current   bool
}
