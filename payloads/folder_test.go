package payloads_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/annohook/annohook/payloads"
)

// folder is a platform's files, each of them right.
func folder() fstest.MapFS {
	files := fstest.MapFS{"stories/tea-time.json": {Data: []byte(teatime)}}
	for _, name := range []string{"verify.py", "verify.js", "verify.go.txt", "verify.rb", "client.js"} {
		files["code/"+name] = &fstest.MapFile{Data: []byte("code of " + name + "\n")}
	}
	return files
}

func TestReadFolder(t *testing.T) {
	t.Parallel()
	got, err := payloads.ReadFolder(folder(), []payloads.Action{brew()})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Stories) != 1 || got.Stories[0].Name != "tea-time" {
		t.Errorf("stories %v", got.Stories)
	}
	var languages []string
	for _, c := range got.Code {
		languages = append(languages, c.Language)
	}
	if list := strings.Join(languages, " "); list != "Python JavaScript Go Ruby" || got.Code[2].Text != "code of verify.go.txt\n" {
		t.Errorf("listener's samples %v", got.Code)
	}
	if len(got.Client) != 1 || got.Client[0] != (payloads.CodeSample{Language: "JavaScript", Text: "code of client.js\n"}) {
		t.Errorf("client's samples %v", got.Client)
	}
}

func TestReadFolderNamesTheFile(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{
		"stories/tea-time.json": []byte("{}"), "code/verify.rb": nil, "code/verify.py": []byte("no line feed"), "code/client.js": {},
	} {
		files := folder()
		files[name] = &fstest.MapFile{Data: data}
		if data == nil {
			delete(files, name)
		}
		_, err := payloads.ReadFolder(files, []payloads.Action{brew()})
		if file, _, _ := strings.Cut(name, "."); err == nil || !strings.Contains(err.Error(), file) && !strings.Contains(err.Error(), "code: 3 samples") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestRegistryTellsAFault(t *testing.T) {
	t.Parallel()
	fault := errors.New("story x: steps[0]: no such action")
	_, err := payloads.NewRegistry([]payloads.Platform{{ID: "acme", Fault: fault}})
	if !errors.Is(err, fault) || strings.Count(err.Error(), "\n") != 0 {
		t.Errorf("got %v, want the fault alone", err)
	}
}
