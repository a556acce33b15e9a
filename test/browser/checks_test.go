package browser_test

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"
)

// interactive are the roles of what a reader acts on, and of drawings, each of which must have a name.
var interactive = []string{
	"button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "spinbutton", "switch", "slider", "listbox", "DisclosureTriangle", "img", "image", "dialog",
}

// named fails the test for each thing to act on that a screen reader could not name.
func (p *page) named(where string) {
	p.t.Helper()
	tree := get(p, func(ctx context.Context, t *chromedp.Target) (accessibility.GetFullAXTreeResult, error) {
		return cdp.Call(ctx, t, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	})
	seen := 0
	for _, node := range tree.Nodes {
		role := said(node.Role)
		if node.Ignored || !slices.Contains(interactive, role) {
			continue
		}
		seen++
		if said(node.Name) == "" {
			p.t.Errorf("%s: a %s without a name (%s)", where, role, p.outline(node.BackendDOMNodeID))
		}
	}
	if seen < 5 {
		p.t.Errorf("%s: only %d things to act on", where, seen)
	}
}

// said is the text of a value of the accessibility tree.
func said(v *accessibility.Value) string {
	var text string
	if v == nil || json.Unmarshal(v.Value, &text) != nil {
		return ""
	}
	return text
}

// outlineScript finds what is wrong with the structure of a page: headings that skip a level, ids that are there twice, labels that lead nowhere.
const outlineScript = `(() => {
	const wrong = [], seen = new Set();
	let level = 0;
	const heads = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((h) => h.checkVisibility());
	if (heads.filter((h) => h.tagName === "H1").length !== 1) wrong.push("not one h1");
	for (const h of heads) {
		const now = Number(h.tagName[1]);
		if (now > level + 1) wrong.push("h" + now + " after h" + level + ": " + h.textContent.trim().slice(0, 60));
		level = now;
	}
	for (const el of document.querySelectorAll("[id]")) {
		if (seen.has(el.id)) wrong.push("id twice: " + el.id);
		seen.add(el.id);
	}
	for (const [name, attribute] of [["label", "for"], ["*", "aria-labelledby"], ["*", "aria-describedby"]]) {
		for (const el of document.querySelectorAll(name + "[" + attribute + "]")) {
			for (const id of el.getAttribute(attribute).split(/\s+/)) if (!seen.has(id)) wrong.push(attribute + " leads nowhere: " + id);
		}
	}
	for (const el of document.querySelectorAll("main img:not([alt]), table:not(:has(th)), [tabindex]:not([tabindex='0'], [tabindex='-1'])")) wrong.push(el.outerHTML.slice(0, 80));
	return wrong.join("\n");
})()`

// contrastScript finds text that is too faint on what lies behind it: below 4.5 to 1, or 3 to 1 where it is large (WCAG 2.2, 1.4.3).
const contrastScript = `(() => {
	const canvas = Object.assign(document.createElement("canvas"), {width: 1, height: 1});
	const pen = canvas.getContext("2d", {willReadFrequently: true});
	const known = new Map();
	const rgba = (colour) => {
		if (!known.has(colour)) {
			pen.clearRect(0, 0, 1, 1);
			pen.fillStyle = colour;
			pen.fillRect(0, 0, 1, 1);
			const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
			known.set(colour, [r, g, b, a / 255]);
		}
		return known.get(colour);
	};
	const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
	const light = (c) => c.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const behind = (el) => {
		const layers = [];
		for (let up = el; up; up = up.parentElement) layers.unshift(rgba(getComputedStyle(up).backgroundColor));
		return layers.reduce((under, layer) => over(layer, under), rgba("canvas").slice(0, 3));
	};
	const wrong = new Map();
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const el = walk.currentNode.parentElement;
		if (!walk.currentNode.data.trim() || !el.checkVisibility({opacityProperty: true, visibilityProperty: true}) || el.closest(":disabled, option, datalist, title, svg, dialog:not([open])")) continue;
		const style = getComputedStyle(el), box = el.getBoundingClientRect();
		if (box.width < 2 || box.height < 2) continue;
		let seen = 1;
		for (let up = el; up; up = up.parentElement) seen *= Number(getComputedStyle(up).opacity);
		const back = behind(el), ink = rgba(style.color), front = over([ink[0], ink[1], ink[2], ink[3] * seen], back);
		const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
		const ratio = (a + 0.05) / (b + 0.05), size = parseFloat(style.fontSize);
		const enough = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700 ? 3 : 4.5;
		if (ratio < enough - 0.01) wrong.set(el.tagName + "." + el.className + " " + style.color, ratio.toFixed(2) + " " + walk.currentNode.data.trim().slice(0, 40));
	}
	return [...wrong].map(([where, what]) => where + ": " + what).join("\n");
})()`

// outlined fails the test for faults in the structure of the page.
func (p *page) outlined(where string) {
	p.t.Helper()
	if text := value[string](p, outlineScript); text != "" {
		p.t.Errorf("%s:\n%s", where, text)
	}
}

// legible fails the test for text that is too faint.
func (p *page) legible(where string) {
	p.t.Helper()
	if text := value[string](p, contrastScript); text != "" {
		p.t.Errorf("%s, contrast:\n%s", where, text)
	}
}

// outline is the beginning of an element's markup.
func (p *page) outline(id cdp.BackendNodeID) string {
	html := get(p, func(ctx context.Context, t *chromedp.Target) (string, error) {
		res, err := cdp.Call(ctx, t, dom.GetOuterHTML, dom.GetOuterHTMLParams{BackendNodeID: id})
		return res.OuterHTML, err
	})
	return html[:min(len(html), 160)]
}
