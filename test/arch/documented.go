package arch

import (
	"go/ast"
	"go/token"
)

// Exported is one exported name of a file.
type Exported struct {
	Name       string         // Type, Func, Type.Method
	Pos        token.Position // where it is declared
	Documented bool           // has a comment of its own, or its group has one
}

// ExportedNames lists the exported names of a file: functions, types, methods of exported types, methods of exported interfaces,
// constants and variables. Struct fields are not counted.
func ExportedNames(fset *token.FileSet, file *ast.File) []Exported {
	var names []Exported
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if name, ok := exportedFunc(d); ok {
				names = append(names, Exported{name, fset.Position(d.Pos()), d.Doc != nil})
			}
		case *ast.GenDecl:
			names = append(names, exportedSpecs(fset, d)...)
		}
	}
	return names
}

func exportedFunc(d *ast.FuncDecl) (string, bool) {
	if !d.Name.IsExported() {
		return "", false
	}
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name, true
	}
	receiver := baseName(d.Recv.List[0].Type)
	return receiver + "." + d.Name.Name, ast.IsExported(receiver)
}

func exportedSpecs(fset *token.FileSet, d *ast.GenDecl) []Exported {
	var names []Exported
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if !s.Name.IsExported() {
				continue
			}
			names = append(names, Exported{s.Name.Name, fset.Position(s.Pos()), s.Doc != nil || d.Doc != nil})
			names = append(names, interfaceMethods(fset, s)...)
		case *ast.ValueSpec:
			for _, id := range s.Names {
				if id.IsExported() {
					documented := s.Doc != nil || s.Comment != nil || d.Doc != nil
					names = append(names, Exported{id.Name, fset.Position(id.Pos()), documented})
				}
			}
		}
	}
	return names
}

func interfaceMethods(fset *token.FileSet, s *ast.TypeSpec) []Exported {
	i, ok := s.Type.(*ast.InterfaceType)
	if !ok {
		return nil
	}
	var names []Exported
	for _, m := range i.Methods.List {
		for _, id := range m.Names {
			if id.IsExported() {
				names = append(names, Exported{s.Name.Name + "." + id.Name, fset.Position(id.Pos()), m.Doc != nil || m.Comment != nil})
			}
		}
	}
	return names
}

// baseName is the type name of a receiver without pointer and type parameters.
func baseName(expr ast.Expr) string {
	switch e := expr.(type) {
	case *ast.StarExpr:
		return baseName(e.X)
	case *ast.IndexExpr:
		return baseName(e.X)
	case *ast.IndexListExpr:
		return baseName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}
