package payloadtest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
)

// Registered by name and read back by [Updating], so that the package keeps no variable.
var _ = flag.Bool("update", false, "rewrite the golden files of the tested package")

// Updating reports whether the tests were started with -update.
func Updating() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

// Golden compares got with the file at path, byte by byte, and fails t where they differ or the file is missing; with -update it writes
// the file instead.
func Golden(t *testing.T, path string, got []byte) {
	t.Helper()
	err := GoldenDiff(path, got)
	if Updating() {
		err = write(path, got)
	}
	if err != nil {
		t.Error(err)
	}
}

// GoldenDiff says where got differs from the file at path, nil where it does not. A missing file is an error that tells how to make it.
func GoldenDiff(path string, got []byte) error {
	want, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s does not exist; run the test with -update and read what it writes", path)
	case err != nil:
		return err
	case !bytes.Equal(got, want):
		return fmt.Errorf("%s differs %s", path, differ(string(got), string(want)))
	}
	return nil
}

func write(path string, data []byte) error {
	const folderMode, fileMode = 0o755, 0o644
	if err := os.MkdirAll(filepath.Dir(path), folderMode); err != nil {
		return err
	}
	return os.WriteFile(path, data, fileMode)
}

// checkGolden compares each request of the catalogue with its two files and the requests of each story with one, and wants no other file in the folder of the profile.
func checkGolden(t *testing.T, p payloads.Platform) {
	dir := filepath.Join("testdata", "golden", p.Profile)
	s, made := Subscription(p), map[string]bool{}
	for _, f := range forms(p) {
		list, err := messages(p, f.EventType, Build(s, f.variant))
		if err != nil {
			t.Errorf("%v: %v", f, err)
			continue
		}
		for i, m := range list {
			name := f.String()
			if len(list) > 1 {
				name = fmt.Sprintf("%s.%d", name, i+1)
			}
			signed, err := p.Sign(m, Stamp(s))
			if err != nil {
				t.Errorf("%v: %v", f, err)
				continue
			}
			Golden(t, filepath.Join(dir, name+".json"), m.Body)
			Golden(t, filepath.Join(dir, name+".headers"), printHeader(m, signed))
			made[name+".json"], made[name+".headers"] = true, true
		}
	}
	for _, story := range p.Stories {
		played, err := Play(p, story, s)
		if err != nil {
			t.Errorf("story %s: %v", story.Name, err)
			continue
		}
		name := "story." + story.Name + ".jsonl"
		Golden(t, filepath.Join(dir, name), printStory(played))
		made[name] = true
	}
	checkStale(t, dir, made)
}

// longBody is the size from which a story's golden file holds a body's size and hash instead of the body.
const longBody = 64 << 10

func printStory(played []Played) []byte {
	var b bytes.Buffer
	for _, request := range played {
		if len(request.Body) > longBody {
			fmt.Fprintf(&b, "%d bytes, SHA-256 %x\n", len(request.Body), sha256.Sum256(request.Body))
			continue
		}
		fmt.Fprintf(&b, "%s\n", request.Body)
	}
	return b.Bytes()
}

func printHeader(m payloads.Message, signed payloads.Signed) []byte {
	var b bytes.Buffer
	fmt.Fprintln(&b, m.Method)
	for _, f := range signed.Header {
		fmt.Fprintf(&b, "%s: %s\n", f.Name, f.Value)
	}
	return b.Bytes()
}

func checkStale(t *testing.T, dir string, made map[string]bool) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Error(err)
		return
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case made[e.Name()] || strings.HasPrefix(e.Name(), "."):
		case Updating():
			if err := os.Remove(path); err != nil {
				t.Error(err)
			}
		default:
			t.Errorf("%s belongs to no event type", path)
		}
	}
}
