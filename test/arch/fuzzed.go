package arch

import (
	"go/ast"
	"regexp"
	"strings"
)

// reading matches the names of functions that read what comes from outside; verify is how each platform names its own.
var reading = regexp.MustCompile(`^(Parse|Decode|Unmarshal|Verify)([^a-z]|$)|^verify$`)

// Reader is a function that reads what comes from outside.
type Reader struct {
	Name string // Func or Type.Method
	told []string
}

// Readers lists the functions and the methods of exported types in a file whose name says that they parse, decode or verify.
func Readers(file *ast.File) []Reader {
	var found []Reader
	for _, decl := range file.Decls {
		d, ok := decl.(*ast.FuncDecl)
		if !ok || !reading.MatchString(d.Name.Name) {
			continue
		}
		name, exported := exportedFunc(d)
		switch {
		case exported:
			found = append(found, Reader{Name: name, told: strings.Split(name, ".")})
		case d.Recv == nil:
			found = append(found, Reader{Name: d.Name.Name, told: []string{d.Name.Name, "payloadtest.Fuzz"}})
		}
	}
	return found
}

// FuzzedBy reports whether a fuzz target of the file names the function or, for a method, its type. A platform's verify is reached through
// payloadtest.Fuzz.
func (r Reader) FuzzedBy(file *ast.File) bool {
	for _, decl := range file.Decls {
		d, ok := decl.(*ast.FuncDecl)
		if !ok || d.Recv != nil || !strings.HasPrefix(d.Name.Name, "Fuzz") || d.Body == nil {
			continue
		}
		if named(d.Body, r.told) {
			return true
		}
	}
	return false
}

// named reports whether the body uses one of the names, alone or behind a package, or package and name together.
func named(body ast.Node, names []string) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		for _, name := range names {
			switch node := n.(type) {
			case *ast.Ident:
				found = found || node.Name == name
			case *ast.SelectorExpr:
				found = found || baseName(node.X)+"."+node.Sel.Name == name
			}
		}
		return !found
	})
	return found
}
