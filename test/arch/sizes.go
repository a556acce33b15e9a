package arch

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// LongFileLines is the length from which a product file is listed as long.
const LongFileLines = 300

// Sizes are the numbers that the report prints. Product code is every file outside test/ that is neither a _test.go file nor part of a
// shared test suite; all the rest counts as tests. Lines are counted as wc does.
type Sizes struct {
	SourceLines, TestLines int
	Functions              []Length // product functions, longest first
	LongFiles              []Length // product files above LongFileLines, longest first
	Exported, Documented   int      // exported names of product code, and those with a comment
	Inits                  int      // init functions of product code
}

// Length is the number of lines of something.
type Length struct {
	Name  string // file, or file:function, relative to the module root
	Lines int
}

// Quantile returns the q-quantile (0 to 1) of lengths sorted longest first, 0 for none.
func Quantile(longestFirst []Length, q float64) int {
	if len(longestFirst) == 0 {
		return 0
	}
	last := len(longestFirst) - 1
	return longestFirst[last-int(q*float64(last))].Lines
}

// Measure reads every Go file of the packages, whose module root is root.
func Measure(root string, packages []Package) (Sizes, error) {
	var s Sizes
	for _, p := range packages {
		kit := top(p.Rel()) == "test" || inTestKit(p.Rel())
		for _, name := range slices.Concat(p.GoFiles, p.TestGoFiles, p.XTestGoFiles) {
			data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(p.Rel()), name))
			if err != nil {
				return Sizes{}, err
			}
			if kit || strings.HasSuffix(name, "_test.go") {
				s.TestLines += bytes.Count(data, []byte("\n"))
				continue
			}
			if err := s.add(path.Join(p.Rel(), name), data); err != nil {
				return Sizes{}, err
			}
		}
	}
	longestFirst := func(a, b Length) int { return b.Lines - a.Lines }
	slices.SortStableFunc(s.Functions, longestFirst)
	slices.SortStableFunc(s.LongFiles, longestFirst)
	return s, nil
}

// add counts one product file.
func (s *Sizes) add(rel string, data []byte) error {
	lines := bytes.Count(data, []byte("\n"))
	s.SourceLines += lines
	if lines > LongFileLines {
		s.LongFiles = append(s.LongFiles, Length{rel, lines})
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, rel, data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, name := range ExportedNames(fset, file) {
		s.Exported++
		if name.Documented {
			s.Documented++
		}
	}
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		if f.Recv == nil && f.Name.Name == "init" {
			s.Inits++
		}
		n := fset.Position(f.End()).Line - fset.Position(f.Pos()).Line + 1
		s.Functions = append(s.Functions, Length{rel + ":" + f.Name.Name, n})
	}
	return nil
}
