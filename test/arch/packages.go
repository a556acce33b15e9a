package arch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// Module is the import path of this repository.
const Module = "github.com/annohook/annohook"

// Package is one Go package of the repository with what it imports.
type Package struct {
	ImportPath   string   // full import path
	Name         string   // package name
	Dir          string   // folder on this machine
	GoFiles      []string // non-test files, without folder
	TestGoFiles  []string // test files of the package itself
	XTestGoFiles []string // test files of its external _test package
	Imports      []string // what GoFiles import
	TestImports  []string // what TestGoFiles import
	XTestImports []string // what XTestGoFiles import
}

// Rel returns the package's folder relative to the module root, with forward slashes ("" for the root itself).
func (p Package) Rel() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, Module), "/")
}

// Packages lists every package of the module that contains dir. A package that does not parse is listed with what could be read of it.
func Packages(ctx context.Context, dir string) ([]Package, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-e",
		"-json=ImportPath,Name,Dir,GoFiles,TestGoFiles,XTestGoFiles,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, strings.TrimSpace(stderr.String()))
	}
	var packages []Package
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p Package
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read go list: %w", err)
		}
		packages = append(packages, p)
	}
}

// Root returns the folder that holds go.mod of the module that contains dir.
func Root(ctx context.Context, dir string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("find the module root: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}
