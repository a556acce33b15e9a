package dashboard

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
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
	types := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	for _, entry := range entries {
		name := entry.Name()
		content, err := fs.ReadFile(staticFiles, "static/"+name)
		if err != nil {
			return nil, err
		}
		ext := path.Ext(name)
		if types[ext] == "" {
			return nil, fmt.Errorf("file %s has no known type", name)
		}
		sum := sha256.Sum256(content)
		hashed := AssetPrefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:])[:hashChars] + ext
		a.urls[name] = hashed
		a.files[hashed] = asset{contentType: types[ext], content: content}
	}
	return a, nil
}

// url is the path of a file; an unknown name fails the template that asks for it.
func (a *assets) url(name string) (string, error) {
	u, ok := a.urls[name]
	if !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return u, nil
}

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
