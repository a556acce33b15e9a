package readme_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/test/program"
)

var update = flag.Bool("update", false, "rewrite the tables and the output in README.md")

// readme is the file under test.
const readme = program.Root + "/README.md"

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

func read(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(readme, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// generated finds a part of the README that is made by a program.
func generated(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?s)(<!-- generated: ` + name + ` -->\n)(.*?)(<!-- end -->)`)
}

// TestTables compares the generated parts with the registry. It does not run beside TestTour: both may rewrite the file.
func TestTables(t *testing.T) {
	registry, err := app.Platforms()
	if err != nil {
		t.Fatal(err)
	}
	for name, table := range map[string]string{"platforms": platformTable(registry), "events": eventTable(registry), "actions": actionTable(registry)} {
		text, place := read(t), generated(name)
		if !place.MatchString(text) {
			t.Errorf("README.md has no generated part %q", name)
			continue
		}
		want := place.ReplaceAllStringFunc(text, func(old string) string {
			parts := place.FindStringSubmatch(old)
			return parts[1] + table + parts[3]
		})
		if *update {
			write(t, want)
			continue
		}
		if diff := cmp.Diff(want, text); diff != "" {
			t.Errorf("the part %q differs from the registry; go test ./test/readme -update rewrites it (-want +got):\n%s", name, diff)
		}
	}
}

func platformTable(registry *payloads.Registry) string {
	var b strings.Builder
	b.WriteString("| platform | id | profiles (default first) | signature | timeout | retries after |\n|---|---|---|---|---|---|\n")
	for _, id := range registry.IDs() {
		profiles := registry.Profiles(id)
		p := profiles[0]
		var names []string
		for _, profile := range profiles {
			names = append(names, "`"+profile.Profile+"`")
		}
		fmt.Fprintf(&b, "| [%s](%s) | `%s` | %s | %s | %s | %s |\n", p.Name, p.Docs, id, strings.Join(names, ", "), scheme(p), timeout(p), retries(p))
	}
	return b.String()
}

func actionTable(registry *payloads.Registry) string {
	var b strings.Builder
	b.WriteString("| platform | actions | stories |\n|---|---|---|\n")
	for _, id := range registry.IDs() {
		p := registry.Profiles(id)[0]
		if len(p.Actions) == 0 {
			continue
		}
		var actions, stories []string
		for _, a := range p.Actions {
			actions = append(actions, "`"+a.Name+"`")
		}
		for _, s := range p.Stories {
			stories = append(stories, "`"+s.Name+"`")
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", id, strings.Join(actions, " "), strings.Join(stories, " "))
	}
	return b.String()
}

func scheme(p payloads.Platform) string {
	switch {
	case p.Secret.Scheme == "":
		return "none"
	case p.Secret.Auto:
		return p.Secret.Scheme
	case p.Secret.Shared:
		return p.Secret.Scheme + ", where one is set for the organisation"
	default:
		return p.Secret.Scheme + ", with a secret"
	}
}

func timeout(p payloads.Platform) string { return p.Timeout.String() + mark(p, "timeout") }

func retries(p payloads.Platform) string {
	if len(p.Retry) == 0 {
		return "none" + mark(p, "retry")
	}
	var waits []string
	for _, wait := range p.Retry {
		waits = append(waits, fmt.Sprintf("%.0f s", wait.Seconds()))
	}
	return strings.Join(waits, ", ") + mark(p, "retry")
}

// mark is a star where the platform published nothing and the value is the house policy.
func mark(p payloads.Platform, topic string) string {
	for _, f := range p.Facts {
		if f.Topic == topic && f.Fidelity == payloads.Assumed {
			return " *"
		}
	}
	return ""
}

func eventTable(registry *payloads.Registry) string {
	var b strings.Builder
	b.WriteString("| platform | event types |\n|---|---|\n")
	for _, id := range registry.IDs() {
		var keys []string
		for _, p := range registry.Profiles(id) {
			for _, e := range p.Events {
				key := "`" + e.Key + "`"
				if e.Fidelity == payloads.Assumed {
					key += " *"
				}
				if !slices.ContainsFunc(keys, func(k string) bool { return strings.TrimSuffix(k, " *") == "`"+e.Key+"`" }) {
					keys = append(keys, key)
				}
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", id, strings.Join(keys, " "))
	}
	return b.String()
}
