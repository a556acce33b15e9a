package dashboard_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func source(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("static/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestScriptKeepsTextText holds the rule that nothing becomes markup or code in the browser, and that there is one stream.
func TestScriptKeepsTextText(t *testing.T) {
	script := source(t, "app.js")
	for _, word := range []string{"innerHTML =", ".innerHTML", "outerHTML =", "insertAdjacentHTML", "document.write", "eval(", "new Function", "setAttribute(\"on", "import("} {
		if strings.Contains(script, word) {
			t.Errorf("app.js uses %s", word)
		}
	}
	if n := strings.Count(script, "new EventSource("); n != 1 {
		t.Errorf("app.js opens %d event sources, want 1", n)
	}
}

func TestStyleLoadsNothing(t *testing.T) {
	for _, word := range []string{"url(", "@import", "http:", "https:"} {
		if strings.Contains(source(t, "style.css"), word) {
			t.Errorf("style.css uses %s", word)
		}
	}
}

// TestContrast computes WCAG 2 contrast of the colours that text is printed in, light and dark.
func TestContrast(t *testing.T) {
	blocks := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(source(t, "style.css"), -1)
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of colours, want light and dark", len(blocks))
	}
	const enough = 4.5
	for i, theme := range []string{"light", "dark"} {
		colours := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{3,6});`).FindAllStringSubmatch(blocks[i][1], -1) {
			colours[m[1]] = m[2]
		}
		for _, pair := range [][2]string{
			{"text", "bg"},
			{"text", "panel"},
			{"text", "code-bg"},
			{"text", "mark"},
			{"quiet", "bg"},
			{"quiet", "panel"},
			{"quiet", "idle-bg"},
			{"link", "bg"},
			{"link", "panel"},
			{"on-accent", "accent"},
			{"good", "good-bg"},
			{"bad", "bad-bg"},
			{"wait", "wait-bg"},
			{"idle", "idle-bg"},
			{"bad", "panel"},
			{"bad", "bg"},
			{"wait", "panel"},
			{"good", "panel"},
		} {
			if got := contrast(t, colours[pair[0]], colours[pair[1]]); got < enough {
				t.Errorf("%s: %s on %s has contrast %.2f, want %.1f", theme, pair[0], pair[1], got, enough)
			}
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// luminance is the relative luminance of WCAG 2 of "#rgb" or "#rrggbb".
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	digits := strings.TrimPrefix(colour, "#")
	if len(digits) == 3 {
		digits = string([]byte{digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]})
	}
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || len(digits) != 6 {
		t.Fatalf("colour %q", colour)
	}
	part := func(shift uint) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.03928 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}
