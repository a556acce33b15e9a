package arch_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/test/arch"
)

// unfuzzed are readers without a fuzz target of their own, and why.
func unfuzzed() map[string]string {
	return map[string]string{
		"payloads/payloadtest/invented.verify": "the platform of the tests; nobody sends it anything",
	}
}

func TestTreeFuzzesWhatReads(t *testing.T) {
	t.Parallel()
	tr := realTree(t)
	allowed := unfuzzed()
	for _, p := range tr.packages {
		var targets []*ast.File
		for _, name := range slices.Concat(p.TestGoFiles, p.XTestGoFiles) {
			_, file := tr.parse(t, path.Join(p.Rel(), name))
			targets = append(targets, file)
		}
		for _, name := range p.GoFiles {
			_, file := tr.parse(t, path.Join(p.Rel(), name))
			for _, r := range arch.Readers(file) {
				id := p.Rel() + "." + r.Name
				_, excused := allowed[id]
				delete(allowed, id)
				switch fuzzed := slices.ContainsFunc(targets, r.FuzzedBy); {
				case !fuzzed && !excused:
					t.Errorf("%s has no fuzz target in its package; write one that wants more than that nothing panics", id)
				case fuzzed && excused:
					t.Errorf("%s is excused from fuzzing and has a target", id)
				}
			}
		}
	}
	for id := range allowed {
		t.Errorf("%s is excused from fuzzing and does not exist", id)
	}
}

func TestReaders(t *testing.T) {
	t.Parallel()
	code := parsed(t, `package p
func Parse() {}
func ParseThing() {}
func Parser() {}
func Decoded() {}
func parseThing() {}
func verify() {}
func Verify() {}
type T struct{}
func (t *T) UnmarshalJSON() {}
type u struct{}
func (u) DecodeThing() {}
func (u) verify() {}
`)
	tests := parsed(t, `package p_test
func TestParse() { ParseThing() }
func FuzzA() { p.Parse() ; Verifying() }
func FuzzB() { var x p.T ; f(func() { Verify() }) }
func FuzzC() { payloadtest.Fuzz() }
func helper() { ParseThing() }
`)
	got := map[string]bool{}
	for _, r := range arch.Readers(code) {
		got[r.Name] = r.FuzzedBy(tests)
	}
	want := map[string]bool{"Parse": true, "ParseThing": false, "verify": true, "Verify": true, "T.UnmarshalJSON": true}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("(-got +want)\n%s", diff)
	}
}

func parsed(t *testing.T, source string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "p.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return file
}
