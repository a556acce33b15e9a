package subscriptions

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Version of the file format. A file of a later version is refused, not guessed at.
const fileVersion = 1

// ErrCorrupt reports a file that File cannot read and therefore will not replace.
var ErrCorrupt = errors.New("subscription file is unreadable")

var _ Store = (*File)(nil)

// File is a Store in memory that writes itself to one file, mode 0600, at each change, before the change becomes visible: a temporary
// file in the same folder is written, synced and renamed over the old one, so a crash leaves the state before or after, never between.
// Only one File may use a path at a time; the caller sees to that (the state folder is locked).
type File struct {
	*Memory
	path    string
	written []byte // what is in the file; protected by Memory.mu
}

// fileContent is the whole file.
type fileContent struct {
	Version       int               `json:"version"`
	Subscriptions []json.RawMessage `json:"subscriptions"`
	SharedSecrets map[string]string `json:"shared_secrets"`
	Numbers       map[string]int64  `json:"numbers,omitempty"` // not in files of programs before the actions
}

// OpenFile reads the store at path. A missing file is an empty store, and its folder is made if need be (mode 0700); the file itself
// appears with the first change. A file that cannot be understood is ErrCorrupt, names the file and is left as it is.
func OpenFile(path string) (*File, error) {
	f := &File{Memory: NewMemory(), path: path}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("open subscription file: %w", err)
	}
	data, err := os.ReadFile(path) //nolint:gosec // G304: the operator names the state folder
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("open subscription file: %w", err)
	default:
		if err := f.load(data); err != nil {
			return nil, fmt.Errorf("%w: %s: %w; it was left as it is, repair it or move it away", ErrCorrupt, path, err)
		}
		f.written = data
	}
	f.persist = f.save
	return f, nil
}

func (f *File) load(data []byte) error {
	var content fileContent
	if err := json.Unmarshal(data, &content); err != nil {
		return err
	}
	if content.Version != fileVersion {
		return fmt.Errorf("version is %d and must be %d", content.Version, fileVersion)
	}
	for i, raw := range content.Subscriptions {
		var compact bytes.Buffer // the file is indented, scope and options shall not be
		if err := json.Compact(&compact, raw); err != nil {
			return fmt.Errorf("subscriptions[%d]: %w", i, err)
		}
		s, err := DecodeDocument(compact.Bytes())
		if err != nil {
			return fmt.Errorf("subscriptions[%d]: %w", i, err)
		}
		if _, twice := f.records[s.ID]; twice {
			return fmt.Errorf("subscriptions[%d]: id %s stands there twice", i, s.ID)
		}
		if f.records[s.ID], err = newRecord(s); err != nil {
			return fmt.Errorf("subscriptions[%d]: %w", i, err)
		}
	}
	for name, secret := range content.SharedSecrets {
		f.shared[name] = Secret(secret)
	}
	maps.Copy(f.numbers, content.Numbers)
	return nil
}

// save writes the state unless the file holds it already, as after an update that changed nothing. Memory.mu is held.
func (f *File) save(next snapshot) error {
	list := slices.SortedFunc(maps.Values(next.records), func(a, b record) int { return Compare(a.sub, b.sub) })
	content := fileContent{Version: fileVersion, Subscriptions: []json.RawMessage{}, SharedSecrets: map[string]string{}, Numbers: next.numbers}
	for _, r := range list {
		content.Subscriptions = append(content.Subscriptions, r.document)
	}
	for name, secret := range next.shared {
		content.SharedSecrets[name] = string(secret)
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(content); err != nil {
		return fmt.Errorf("encode subscriptions: %w", err)
	}
	data := buf.Bytes()
	if bytes.Equal(data, f.written) {
		return nil
	}
	if err := replaceFile(f.path, data); err != nil {
		f.written = nil // which of the two states the file holds is not certain, so the next change writes in any case
		return fmt.Errorf("write subscriptions: %w", err)
	}
	f.written = data
	return nil
}

// replaceFile puts data at path in one step. The folder is synced as well, since the rename is a change of the folder.
func replaceFile(path string, data []byte) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, removeLeftover(temp.Name()))
		}
	}()
	_, err = temp.Write(data)
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// removeLeftover removes a temporary file; that it has been renamed already is no error.
func removeLeftover(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func syncFolder(path string) error {
	folder, err := os.Open(path) //nolint:gosec // G304: the folder of our own file
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
