package payloads

import (
	"fmt"
	"io/fs"
	"strings"
)

// Folder is what a platform tells in files of its own, which are part of the program.
type Folder struct {
	Stories []Story      // stories/*.json
	Code    []CodeSample // code/verify.*: how a listener checks a request, in every language
	Client  []CodeSample // code/client.*: how a program registers a webhook through the native API; none where there is no such file
}

// language is one that samples come in.
type language struct{ name, suffix string }

// languages lists them in the order in which they are shown. Go code lies in text files because it is no part of this program.
func languages() []language {
	return []language{{"Python", ".py"}, {"JavaScript", ".js"}, {"Go", ".go.txt"}, {"Ruby", ".rb"}}
}

// CodeFolder is where the files of a platform hold its samples.
const CodeFolder = "code"

// ReadFolder reads the files of one platform: its stories (see ReadStories) and its samples, of which the listener's must exist in every
// language. The error names the file; a platform hands it on as Platform.Fault.
func ReadFolder(fsys fs.FS, actions []Action) (Folder, error) {
	stories, err := ReadStories(fsys, actions)
	if err != nil {
		return Folder{}, err
	}
	code, err := readCode(fsys, "verify")
	if err != nil {
		return Folder{}, err
	}
	if len(code) < len(languages()) {
		return Folder{}, fmt.Errorf("%s: %d samples verify.*, want one for each of %d languages", CodeFolder, len(code), len(languages()))
	}
	client, err := readCode(fsys, "client")
	return Folder{Stories: stories, Code: code, Client: client}, err
}

// readCode reads one sample in each language it comes in.
func readCode(fsys fs.FS, name string) ([]CodeSample, error) {
	var list []CodeSample
	for _, l := range languages() {
		file := CodeFolder + "/" + name + l.suffix
		found, err := fs.Glob(fsys, file)
		if err != nil {
			return nil, fmt.Errorf("look for %s: %w", file, err)
		}
		if len(found) == 0 {
			continue
		}
		text, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		if len(text) == 0 || !strings.HasSuffix(string(text), "\n") {
			return nil, fmt.Errorf("%s must be text that ends with a line feed", file)
		}
		list = append(list, CodeSample{Language: l.name, Text: string(text)})
	}
	return list, nil
}
