package arch_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/test/arch"
)

func parse(t *testing.T, source string) (*token.FileSet, *ast.File) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "x.go", source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return fset, file
}

func TestNamings(t *testing.T) {
	t.Parallel()
	fset, file := parse(t, `package x

import _ "example.com/payloads/labelstudio"

// Toloka may be named in a comment.
const a = "label-studio"

var b = map[string]bool{"TOLOKA": true}

func isArgilla(s string) bool { return s == "Label Studio 1.22" }

var c = Command{Long: "annohook trigger argilla", Use: "trigger argilla"}

var d = "a label, a studio, an aquarist"
`)
	var got []string
	for _, n := range arch.Namings(fset, file, []string{"argilla", "labelstudio", "toloka", "aquarium"}) {
		got = append(got, n.Text)
	}
	want := []string{
		`"example.com/payloads/labelstudio"`, `"label-studio"`, `"TOLOKA"`, "isArgilla", `"Label Studio 1.22"`, `"trigger argilla"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("namings (-want +got):\n%s", diff)
	}
}

func TestMayName(t *testing.T) {
	t.Parallel()
	for rel, want := range map[string]bool{
		"payloads/toloka/sign.go":        true,
		"cmd/app/platforms.go":           true,
		"test/e2e/listener.go":           true,
		"payloads/value_test.go":         true,
		"payloads/value.go":              false,
		"payloads/signature/hmac.go":     false,
		"payloads/internal/wire/java.go": false,
		"cmd/app/app.go":                 false,
		"cmd/annohook/trigger.go":        false,
		"web/api/events.go":              false,
	} {
		if got := arch.MayName(rel); got != want {
			t.Errorf("MayName(%q) = %v, want %v", rel, got, want)
		}
	}
}

func TestExportedNames(t *testing.T) {
	t.Parallel()
	fset, file := parse(t, `package x

// A is documented.
type A struct{ Field int }

type B interface {
	// Done is documented.
	Done()
	Open()
}

// Group.
const (
	C = 1
	D = 2
)

var E = 1 // E is documented.

var F, g = 1, 2

func (a *A) Method() {}

// Two is documented.
func (a A) Two() {}

func (b list[T]) Hidden() {}

func H() {}

func private() {}
`)
	got := map[string]bool{}
	for _, n := range arch.ExportedNames(fset, file) {
		got[n.Name] = n.Documented
	}
	want := map[string]bool{
		"A": true, "B": false, "B.Done": true, "B.Open": false, "C": true, "D": true, "E": true, "F": false,
		"A.Method": false, "A.Two": true, "H": false,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exported names (-want +got):\n%s", diff)
	}
}

func TestMeasure(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write := func(rel, text string) {
		t.Helper()
		file := filepath.Join(root, rel)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("sender/a.go", "package sender\n\nfunc Send() {\n}\n\nfunc init() {}\n")
	write("sender/a_test.go", "package sender\n\n")
	write("payloads/payloadtest/suite.go", "package payloadtest\n")
	got, err := arch.Measure(root, []arch.Package{
		{ImportPath: own("sender"), GoFiles: []string{"a.go"}, TestGoFiles: []string{"a_test.go"}},
		{ImportPath: own("payloads/payloadtest"), GoFiles: []string{"suite.go"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := arch.Sizes{
		SourceLines: 6, TestLines: 3, Exported: 1, Inits: 1,
		Functions: []arch.Length{{Name: "sender/a.go:Send", Lines: 2}, {Name: "sender/a.go:init", Lines: 1}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sizes (-want +got):\n%s", diff)
	}
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	ten := make([]arch.Length, 0, 11)
	for n := 10; n >= 0; n-- {
		ten = append(ten, arch.Length{Lines: n})
	}
	for q, want := range map[float64]int{0: 0, 0.5: 5, 0.9: 9, 1: 10} {
		if got := arch.Quantile(ten, q); got != want {
			t.Errorf("Quantile(%v) = %d, want %d", q, got, want)
		}
	}
	if got := arch.Quantile(nil, 0.9); got != 0 {
		t.Errorf("Quantile of nothing = %d, want 0", got)
	}
}
