package arch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/annohook/annohook/test/arch"
)

// tree is the real repository, read once for all tests of this file.
type tree struct {
	root     string
	packages []arch.Package
}

// readTree is shared by the tests below; "go list" takes a second.
var readTree = sync.OnceValues(func() (tree, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	root, err := arch.Root(ctx, ".")
	if err != nil {
		return tree{}, err
	}
	packages, err := arch.Packages(ctx, root)
	return tree{root, packages}, err
})

func realTree(t *testing.T) tree {
	t.Helper()
	tr, err := readTree()
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// files lists what git tracks plus what is new and not ignored, with forward slashes.
func (tr tree) files(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "-C", tr.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Skipf("this machine has no git checkout of the repository: %v", err)
	}
	var files []string
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		if _, err := os.Lstat(filepath.Join(tr.root, name)); err == nil { // a deleted file is still tracked
			files = append(files, name)
		}
	}
	return files
}

func (tr tree) parse(t *testing.T, rel string) (*token.FileSet, *ast.File) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, filepath.Join(tr.root, rel), nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return fset, file
}

// platforms are the folders below payloads that are no helpers, and those the product promises, which also guards against a rename.
func (tr tree) platforms() []string {
	names := []string{"argilla", "datasaur", "labelstudio", "toloka", "aquarium"}
	for _, p := range tr.packages {
		if folder, ok := arch.IsPlatform(p.Rel()); ok && !slices.Contains(names, folder) {
			names = append(names, folder)
		}
	}
	return names
}

func TestTreeImportsGoDown(t *testing.T) {
	t.Parallel()
	for _, fault := range arch.Imports(realTree(t).packages) {
		t.Error(fault)
	}
}

func TestTreeCoreNamesNoPlatform(t *testing.T) {
	t.Parallel()
	tr := realTree(t)
	for _, p := range tr.packages {
		for _, name := range p.GoFiles {
			rel := path.Join(p.Rel(), name)
			if arch.MayName(rel) {
				continue
			}
			fset, file := tr.parse(t, rel)
			for _, n := range arch.Namings(fset, file, tr.platforms()) {
				t.Errorf("%s:%d: %s names a platform", rel, n.Pos.Line, n.Text)
			}
		}
	}
}

func TestTreePagesNameNoPlatform(t *testing.T) {
	t.Parallel()
	tr := realTree(t)
	for _, rel := range tr.files(t) {
		if !strings.HasPrefix(rel, "web/") || strings.HasSuffix(rel, ".go") || strings.Contains(rel, "/testdata/") {
			continue
		}
		for i, line := range strings.Split(string(tr.read(t, rel)), "\n") {
			if name := arch.NamesIn(line, tr.platforms()); name != "" {
				t.Errorf("%s:%d names %s", rel, i+1, name)
			}
		}
	}
}

func (tr tree) read(t *testing.T, rel string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(tr.root, rel))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestTreeDocuments(t *testing.T) {
	t.Parallel()
	dated := regexp.MustCompile(`(?m)^\s*1\. \d{4}-\d\d-\d\d\. `)
	tr := realTree(t)
	for _, p := range tr.packages {
		if !slices.Contains(p.GoFiles, "doc.go") {
			t.Errorf("%s has no doc.go", p.Rel())
			continue
		}
		_, file := tr.parse(t, path.Join(p.Rel(), "doc.go"))
		text := file.Doc.Text()
		start := "Package " + p.Name + " "
		if p.Name == "main" {
			start = "Command " + path.Base(p.Rel()) + " "
		}
		if !strings.HasPrefix(text, start) {
			t.Errorf("%s/doc.go does not start with %q", p.Rel(), start)
		}
		if _, decisions, ok := strings.Cut(text, "\n# Decisions\n"); !ok || !dated.MatchString(decisions) {
			t.Errorf("%s/doc.go has no heading \"# Decisions\" with a numbered, dated decision", p.Rel())
		}
	}
}

func TestTreeExportedNamesAreDocumented(t *testing.T) {
	t.Parallel()
	tr := realTree(t)
	total := 0
	for _, p := range tr.packages {
		for _, name := range p.GoFiles {
			rel := path.Join(p.Rel(), name)
			for _, n := range arch.ExportedNames(tr.parse(t, rel)) {
				total++
				if !n.Documented {
					t.Errorf("%s:%d: %s has no comment", rel, n.Pos.Line, n.Name)
				}
			}
		}
	}
	if total == 0 {
		t.Error("no exported name found: the test reads nothing")
	}
}

func TestTreeHasNoInit(t *testing.T) {
	t.Parallel()
	tr := realTree(t)
	for _, p := range tr.packages {
		for _, name := range p.GoFiles {
			rel := path.Join(p.Rel(), name)
			_, file := tr.parse(t, rel)
			for _, decl := range file.Decls {
				if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
					t.Errorf("%s has an init function", rel)
				}
			}
		}
	}
}

func TestTreeTopLevelIsClosed(t *testing.T) {
	t.Parallel()
	want := []string{
		"README.md", "cmd", "configs", "docker-compose.yml", "go.mod", "go.sum", "payloads", "scheduler", "sender", "subscriptions", "test", "web",
	}
	var got []string
	for _, rel := range realTree(t).files(t) {
		first, _, _ := strings.Cut(rel, "/")
		if !strings.HasPrefix(first, ".") && !slices.Contains(got, first) {
			got = append(got, first)
		}
	}
	for _, name := range got {
		if !slices.Contains(want, name) {
			t.Errorf("%s is outside the given top level", name)
		}
	}
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("%s is missing", name)
		}
	}
}

// TestTreeUsesTheGivenModules holds that the five packages the product is built on are direct requirements that product code imports.
func TestTreeUsesTheGivenModules(t *testing.T) {
	t.Parallel()
	tr := realTree(t)
	out, err := exec.CommandContext(t.Context(), "go", "-C", tr.root, "mod", "edit", "-json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		t.Fatal(err)
	}
	given := []string{
		"github.com/google/uuid", "github.com/hibiken/asynq", "github.com/labstack/echo/v4", "github.com/redis/go-redis/v9",
		"github.com/standard-webhooks/standard-webhooks/libraries",
	}
	for _, module := range given {
		direct := false
		for _, r := range mod.Require {
			direct = direct || r.Path == module && !r.Indirect
		}
		if !direct {
			t.Errorf("%s is no direct requirement", module)
		}
		if !tr.productImports(module) {
			t.Errorf("no product code imports %s", module)
		}
	}
}

func (tr tree) productImports(module string) bool {
	for _, p := range tr.packages {
		if strings.HasPrefix(p.Rel(), "test/") {
			continue
		}
		for _, to := range p.Imports {
			if to == module || strings.HasPrefix(to, module+"/") {
				return true
			}
		}
	}
	return false
}

// TestTreeHoldsNothingOfThisMachine looks for paths of the machine it runs on and for hosts of package registries.
func TestTreeHoldsNothingOfThisMachine(t *testing.T) {
	t.Parallel()
	tr := realTree(t)
	words := slices.Concat(machinePaths(tr.root), registryHosts(t))
	if len(words) == 0 {
		t.Fatal("nothing to look for")
	}
	for _, rel := range tr.files(t) {
		info, err := os.Stat(filepath.Join(tr.root, rel))
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		data := tr.read(t, rel)
		for _, word := range words {
			if before, _, ok := bytes.Cut(data, []byte(word)); ok {
				t.Errorf("%s:%d holds %q", rel, 1+bytes.Count(before, []byte("\n")), word)
			}
		}
	}
}

// machinePaths are the checkout, its parent and the home folder, unless they are folders that every machine has.
func machinePaths(root string) []string {
	common := []string{"/", "/tmp", "/home", "/src", "/app", "/opt", "/var", "/usr/src", "/build", "/builds", filepath.Clean(os.TempDir())}
	var paths []string
	home, _ := os.UserHomeDir() // no home: nothing to look for
	for _, dir := range []string{root, filepath.Dir(root), home} {
		if dir != "" && !slices.Contains(common, dir) {
			paths = append(paths, filepath.ToSlash(dir)+"/")
		}
	}
	return paths
}

// registryHosts are the hosts this machine fetches packages from. The public ones are put together here so that this file passes its own test.
func registryHosts(t *testing.T) []string {
	t.Helper()
	hosts := []string{"proxy.golang" + ".org", "sum.golang" + ".org", "registry.npmjs" + ".org", "pypi" + ".org"}
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOPROXY").Output()
	if err != nil {
		t.Fatal(err)
	}
	settings := strings.FieldsFunc(strings.TrimSpace(string(out)), func(r rune) bool { return r == ',' || r == '|' })
	for _, name := range []string{"PIP_INDEX_URL", "NPM_CONFIG_REGISTRY", "npm_config_registry"} {
		settings = append(settings, os.Getenv(name))
	}
	for _, setting := range settings {
		if u, err := url.Parse(setting); err == nil && u.Host != "" && !slices.Contains(hosts, u.Host) {
			hosts = append(hosts, u.Host)
		}
	}
	return hosts
}
