package dashboard

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
)

//go:embed static
var staticFiles embed.FS

// hashChars is how much of the content's hash stands in an asset's name.
const hashChars = 12

// assets serves the embedded files under names that hold a hash of their content, so that a browser may keep them for ever.
type assets struct {
	urls  map[string]string // by file name
	files map[string]asset  // by path
}

type asset struct {
	contentType string
	content     []byte
}

func loadAssets() (*assets, error) {
	a := &assets{urls: map[string]string{}, files: map[string]asset{}}
	entries, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if _, err := a.load(entry.Name(), nil); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// imported is how one module names another.
var imported = regexp.MustCompile(`from "\./([a-z-]+\.js)"`)

// load reads a file under its hashed name and returns that. Modules it imports come first, because their names are part of its content:
// a change of any of them is a change of all that use it. users are the modules that led here.
func (a *assets) load(name string, users []string) (string, error) {
	if known, ok := a.urls[name]; ok {
		return known, nil
	}
	if slices.Contains(users, name) {
		return "", fmt.Errorf("module %s imports itself by way of %s", name, strings.Join(users, ", "))
	}
	types := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	ext := path.Ext(name)
	if types[ext] == "" {
		return "", fmt.Errorf("file %s has no known type", name)
	}
	content, err := fs.ReadFile(staticFiles, "static/"+name)
	if err != nil {
		return "", err
	}
	if ext == ".js" {
		if content, err = a.link(content, append(users, name)); err != nil {
			return "", err
		}
	}
	sum := sha256.Sum256(content)
	hashed := AssetPrefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:])[:hashChars] + ext
	a.urls[name] = hashed
	a.files[hashed] = asset{contentType: types[ext], content: content}
	return hashed, nil
}

// bare is an import for its effect alone. imported does not know it, and a browser would not find the module.
var bare = regexp.MustCompile(`(?m)^\s*import "`)

// link puts hashed names into the imports of a module.
func (a *assets) link(content []byte, users []string) (linked []byte, err error) {
	if bare.Match(content) {
		return nil, fmt.Errorf("module %s imports without from; write import {} from", users[len(users)-1])
	}
	linked = imported.ReplaceAllFunc(content, func(statement []byte) []byte {
		target, failed := a.load(string(imported.FindSubmatch(statement)[1]), users)
		err = errors.Join(err, failed)
		return []byte(`from "` + target + `"`)
	})
	return linked, err
}

// url is the path of a file; an unknown name fails the template that asks for it.
func (a *assets) url(name string) (string, error) {
	u, ok := a.urls[name]
	if !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return u, nil
}

// has reports whether there is a file of that name.
func (a *assets) has(name string) bool { return a.urls[name] != "" }

// ServeHTTP answers with an asset. A name with another hash is not found: an old page must not get new code.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file, ok := a.files[r.URL.Path]
	if !ok {
		http.Error(w, "no such asset", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(file.content) // a reader that left is no fault of ours
}
