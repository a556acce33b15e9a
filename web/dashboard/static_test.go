package dashboard_test

import (
	"math"
	"os"
	"path/filepath"
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

// sources are the files of one kind.
func sources(t *testing.T, pattern string) map[string]string {
	t.Helper()
	names, err := filepath.Glob("static/" + pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no files match %s (%v)", pattern, err)
	}
	texts := map[string]string{}
	for _, name := range names {
		texts[filepath.Base(name)] = source(t, filepath.Base(name))
	}
	return texts
}

// TestScriptKeepsTextText holds the rule that nothing becomes markup or code in the browser, and that there is one stream.
func TestScriptKeepsTextText(t *testing.T) {
	streams := 0
	for name, script := range sources(t, "*.js") {
		for _, word := range []string{"innerHTML =", ".innerHTML", "outerHTML =", "insertAdjacentHTML", "document.write", "eval(", "new Function", "setAttribute(\"on", "import("} {
			if strings.Contains(script, word) {
				t.Errorf("%s uses %s", name, word)
			}
		}
		streams += strings.Count(script, "new EventSource(")
	}
	if streams != 1 {
		t.Errorf("the scripts open event sources in %d places, want 1", streams)
	}
}

func TestStyleLoadsNothing(t *testing.T) {
	for name, style := range sources(t, "*.css") {
		for _, word := range []string{"url(", "@import", "http:", "https:"} {
			if strings.Contains(style, word) {
				t.Errorf("%s uses %s", name, word)
			}
		}
	}
}

// TestContrast computes WCAG 2 contrast of the colours that text is printed in, light and dark.
func TestContrast(t *testing.T) {
	const enough = 4.5
	for i, theme := range []string{"light", "dark"} {
		colours := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): light-dark\((#[0-9a-f]{3,6}), (#[0-9a-f]{3,6})\);`).FindAllStringSubmatch(source(t, "base.css"), -1) {
			colours[m[1]] = m[2+i]
		}
		for _, pair := range [][2]string{
			{"text", "bg"},
			{"text", "panel"},
			{"text", "code-bg"},
			{"text", "mark"},
			{"text", "hover"},
			{"quiet", "bg"},
			{"quiet", "panel"},
			{"quiet", "idle-bg"},
			{"quiet", "hover"},
			{"link", "bg"},
			{"link", "panel"},
			{"link", "hover"},
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
