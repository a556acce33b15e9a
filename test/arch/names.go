package arch

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// namesAllowed are the source files outside payloads/<platform> that may name platforms.
var namesAllowed = []string{"cmd/app/platforms.go"}

// MayName reports whether the file at rel, relative to the module root, may name a platform in code: a platform's own folder, the list
// of platforms, and the tests.
func MayName(rel string) bool {
	_, ok := IsPlatform(rel)
	return slices.Contains(namesAllowed, rel) || ok && strings.Count(rel, "/") > 1 || top(rel) == "test" || strings.HasSuffix(rel, "_test.go")
}

// squash drops case and the separators people write platform names with, so that "Label Studio", label-studio and LabelStudio are one.
func squash(text string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(text))
}

// NamesIn returns the first of the platform folder names that occurs in text, in any spelling, or "".
func NamesIn(text string, platforms []string) string {
	flat := squash(text)
	for _, name := range platforms {
		if strings.Contains(flat, name) {
			return name
		}
	}
	return ""
}

// Naming is one place where code names a platform.
type Naming struct {
	Pos  token.Position // where
	Text string         // the identifier or literal
}

// Namings lists the identifiers and string literals of a file that name one of the platforms. Comments may name them, and so may the
// Long and Example texts of a command, which are documentation too.
func Namings(fset *token.FileSet, file *ast.File, platforms []string) []Naming {
	var found []Naming
	note := func(n ast.Node, text string) {
		if NamesIn(text, platforms) != "" {
			found = append(found, Naming{fset.Position(n.Pos()), text})
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			key, ok := n.Key.(*ast.Ident)
			return !ok || key.Name != "Long" && key.Name != "Example"
		case *ast.Ident:
			note(n, n.Name)
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				note(n, n.Value)
			}
		}
		return true
	})
	return found
}
