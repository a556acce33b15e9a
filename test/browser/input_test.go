package browser_test

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// quoted is a text as a literal of JavaScript.
func quoted(text string) string { return strconv.Quote(text) }

// click presses what a CSS selector finds.
func (p *page) click(selector string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(selector)))
}

// fill writes into a field in place of what is there, as pasting over it does.
func (p *page) fill(selector, text string) {
	p.t.Helper()
	p.do(chromedp.Focus(chromedp.CSS(selector)))
	value[bool](p, `document.activeElement.select(), true`)
	p.do(command(input.InsertText, input.InsertTextParams{Text: text}))
}

// choose sets a select and tells the page, as a choice by hand does.
func (p *page) choose(selector, option string) {
	p.t.Helper()
	p.do(chromedp.SetValue(chromedp.CSS(selector), option))
	value[bool](p, fmt.Sprintf(`document.querySelector(%q).dispatchEvent(new Event("change", {bubbles: true}))`, selector))
	if got := value[string](p, fmt.Sprintf(`document.querySelector(%q).value`, selector)); got != option {
		p.fail("%s has no option %q", selector, option)
	}
}

// Keys that have a name.
const (
	enter  = "Enter"
	escape = "Escape"
	tab    = "Tab"
)

// press types keys, one after the other, to whatever has the focus. The browser makes of each what it makes of a key of a keyboard.
func (p *page) press(keys ...string) {
	p.t.Helper()
	for _, key := range keys {
		down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Text: key}
		switch key {
		case enter:
			down.Text, down.WindowsVirtualKeyCode = "\r", 13
		case escape:
			down.Text, down.WindowsVirtualKeyCode = "", 27
		case tab:
			down.Text, down.WindowsVirtualKeyCode = "", 9
		}
		up := down
		up.Type, up.Text = input.DispatchKeyEventTypeKeyUp, ""
		p.do(command(input.DispatchKeyEvent, down), command(input.DispatchKeyEvent, up))
	}
}

// types presses the key of each character.
func (p *page) types(text string) {
	p.t.Helper()
	p.press(strings.Split(text, "")...)
}
