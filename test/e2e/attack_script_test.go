package e2e_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/annohook/annohook/sender/listener"
)

// hostile is text that becomes something else on a page that does not keep it in place.
const hostile = "marker\"'><script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)></textarea></title></pre></style><a href=\"javascript:alert(1)\">x</a><!--{{.}}"

// TestHostileTextOnEveryPage fills everything that users, SDKs and listeners can fill, of every platform, and reads every page that there is.
func TestHostileTextOnEveryPage(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory", "--time-scale", "0.001")
	plain := url.QueryEscape(hostile)
	answers := []listener.Answer{{Status: 500, Header: http.Header{"X-Answer": {hostile}, "Location": {"javascript:alert(1)//" + hostile}}, Body: []byte(hostile)}}
	for _, platform := range []string{"argilla", "datasaur", "label-studio", "toloka", "aquarium"} {
		h := listen(t, platform, hookOptions{answers: answers, lenient: true})
		r := s.send(http.MethodPost, "/api/v1/subscriptions", object{
			"platform": platform, "url": h.url + "/" + hostile + "?q=" + plain + "#" + hostile, "description": hostile, "headers": object{"X-Own": hostile},
			"scope": object{"project": hostile},
		})
		if r.status != http.StatusCreated { // a platform may know no such scope, URL or header
			s.subscribe(object{"platform": platform, "url": h.url + "/?q=" + plain, "description": hostile, "headers": object{"X-Own": hostile}})
		}
		s.fillWithHostileEvents(platform)
	}
	s.fillNatives()
	seen := s.crawl(hostilePaths())
	if seen["marker"] == 0 {
		t.Error("the text is shown nowhere: what was read?")
	}
	t.Logf("%d pages, %d show the text", seen["pages"], seen["marker"])
}

// fillWithHostileEvents raises an event of each type, changed as far as one can, and performs each action with hostile parameters.
func (s *server) fillWithHostileEvents(platform string) {
	s.t.Helper()
	p := platformOf(s.t, platform, "")
	for i, e := range p.Events {
		if i%4 == 0 { // the page is the same for all
			s.send(http.MethodPost, "/api/v1/events?wait=settled&timeout=30s", object{"platform": platform, "type": e.Key, "data": object{hostile: hostile, "title": hostile}})
			s.send(http.MethodPost, "/api/v1/events?wait=settled&timeout=30s", object{"platform": platform, "type": e.Key, "body": hostile})
		}
	}
	for _, a := range p.Actions {
		params := object{}
		for _, one := range a.Params {
			params[one.Name] = hostile
			s.send(http.MethodPost, "/api/v1/actions", object{"platform": platform, "action": a.Name, "params": object{one.Name: hostile}})
		}
		s.send(http.MethodPost, "/api/v1/actions", object{"platform": platform, "action": a.Name, "params": params})
	}
}

// fillNatives registers hostile webhooks and projects as SDKs do.
func (s *server) fillNatives() {
	s.t.Helper()
	key := []string{"X-Argilla-Api-Key", "any"}
	s.send(http.MethodPost, "/argilla/api/v1/webhooks", object{"url": "http://127.0.0.1:9/" + hostile, "events": []string{"record.created"}, "description": hostile}, key...)
	token := []string{"Authorization", "Token any"}
	s.send(http.MethodPost, "/label-studio/api/projects/", object{"title": hostile[:45], "description": hostile, "expert_instruction": hostile}, token...)
	for _, target := range []string{"javascript:alert(1)//" + hostile, "data:text/html," + hostile, "http://localhost:9/" + hostile} {
		s.send(http.MethodPost, "/label-studio/api/webhooks/", object{"url": target, "project": 1, "headers": object{"X-Own": hostile}}, token...)
	}
	row := object{"webhook_url": "http://localhost:9/?" + url.QueryEscape(hostile), "event_type": "POOL_CLOSED", "pool_id": hostile, "secret_key": hostile}
	s.send(http.MethodPut, "/toloka/api/v1/webhook-subscriptions", []object{row}, "Authorization", "OAuth any")
}

// hostilePaths are where reading begins: all pages, and what a link from elsewhere may ask them.
func hostilePaths() []string {
	q := url.QueryEscape(hostile)
	paths := []string{"/", "/deliveries", "/subscriptions", "/compose", "/platforms", "/login?next=" + q, "/login?failed=1&next=" + q}
	for _, name := range []string{"q", "platform", "type", "status", "event", "subscription", "cursor", "after", "before", "test", "profile", "variant", "set", "body", "data"} {
		for _, page := range []string{"/", "/deliveries", "/subscriptions", "/compose", "/platforms"} {
			paths = append(paths, page+"?"+name+"="+q)
		}
	}
	for _, page := range []string{"/deliveries/", "/subscriptions/", "/platforms/", "/events/", "/nowhere/"} {
		paths = append(paths, page+url.PathEscape(hostile))
	}
	return paths
}

// mostPages bounds the crawl.
const mostPages = 300

// crawl reads the pages and all that they lead to, and counts.
func (s *server) crawl(paths []string) map[string]int {
	s.t.Helper()
	seen, known := map[string]int{}, map[string]bool{}
	for len(paths) > 0 && seen["pages"] < mostPages {
		path := paths[0]
		paths = paths[1:]
		if known[path] {
			continue
		}
		known[path] = true
		r := s.get(path)
		if r.status >= http.StatusInternalServerError || r.status == 0 {
			s.t.Errorf("%.100s: %d", path, r.status)
		}
		leadsHome(s.t, path, r.header.Get("Location"))
		if !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
			s.isNoPage(path, r)
			continue
		}
		seen["pages"]++
		if strings.Contains(string(r.body), "marker") {
			seen["marker"]++
		}
		doc, err := html.Parse(strings.NewReader(string(r.body)))
		if err != nil {
			s.t.Errorf("%.100s: %v", path, err)
			continue
		}
		paths = append(paths, harmless(s.t, path, doc)...)
	}
	return seen
}

// isNoPage wants other answers to be no page for a browser either.
func (s *server) isNoPage(path string, r reply) {
	s.t.Helper()
	if r.header.Get("X-Content-Type-Options") != "nosniff" || strings.Contains(r.header.Get("Content-Type"), "svg") && strings.Contains(string(r.body), "marker") {
		s.t.Errorf("%.100s: %v", path, r.header)
	}
}

// harmless looks for everything on a page that hostile text could have become, and returns where the page leads to.
func harmless(t *testing.T, path string, doc *html.Node) []string {
	t.Helper()
	var links []string
	fail := func(n *html.Node, what string) { t.Errorf("%.100s: <%s> %s", path, n.Data, what) }
	for n := range doc.Descendants() {
		if n.Type == html.CommentNode && strings.Contains(n.Data, "{{.}}") {
			fail(n, "is a comment of the text's own")
		}
		if n.Type != html.ElementNode {
			continue
		}
		if slices.Contains([]string{"iframe", "object", "embed", "base", "math", "applet", "frame"}, n.Data) {
			fail(n, "is there")
		}
		if n.Data == "script" || n.Data == "style" {
			if text := n.FirstChild; text != nil && (strings.Contains(text.Data, "marker") || strings.Contains(text.Data, "alert(")) {
				fail(n, "holds the text")
			}
		}
		for _, a := range n.Attr {
			switch {
			case strings.HasPrefix(a.Key, "on"):
				fail(n, fmt.Sprintf("has %s=%q", a.Key, a.Val))
			case slices.Contains([]string{"href", "src", "action", "formaction", "xlink:href", "data", "poster"}, a.Key) && !ourAddress(a.Val):
				fail(n, fmt.Sprintf("leads to %.80q", a.Val))
			case a.Key == "href" && n.Data == "a" && strings.HasPrefix(a.Val, "/"):
				to, _, _ := strings.Cut(a.Val, "#")
				links = append(links, to)
			}
		}
	}
	return links
}

// ourAddress reports addresses that a page may have: a path of ours, a place on the page, a source on the web that the catalogue names.
func ourAddress(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "":
		return u.Host == "" && !strings.HasPrefix(address, `/\`)
	case "https":
		return !strings.Contains(address, "marker")
	default:
		return u.Scheme == "data" && strings.HasPrefix(address, "data:image/") && !strings.Contains(address, "marker")
	}
}
