package subscriptions_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/subscriptions/storetest"
)

func open(t *testing.T, path string) *subscriptions.File {
	t.Helper()
	f, err := subscriptions.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFile(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) subscriptions.Store {
		t.Helper()
		return open(t, filepath.Join(t.TempDir(), "subscriptions.json"))
	})
}

// sample is a subscription with a scope and headers, whose bytes must survive the indentation of the file.
func sample(id string) subscriptions.Subscription {
	return subscriptions.Subscription{
		ID: id, URL: "http://127.0.0.1:9/", Secret: "s<3>cret", Events: []string{}, Scope: []byte(`{"a":{"b":[1,2.0]}}`),
		Headers:   subscriptions.Headers{{Name: "x-B", Value: "1"}, {Name: "X-A", Value: "2"}},
		Retry:     &subscriptions.Retry{Delays: []time.Duration{time.Second}},
		CreatedAt: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC),
	}
}

func TestFileSurvivesReopening(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state", "subscriptions.json")
	first := open(t, path)
	shared := sample("shared")
	shared.SharedSecret = "org"
	for _, s := range []subscriptions.Subscription{sample("own"), shared, sample("gone")} {
		if _, err := first.Create(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := first.Delete(t.Context(), "gone"); err != nil {
		t.Fatal(err)
	}
	want, err := first.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := open(t, path).List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, want); diff != "" || len(got) != 2 {
		t.Errorf("after reopening (-got +want):\n%s", diff)
	}
	for i := range got {
		if got[i].Secret != "s<3>cret" {
			t.Errorf("%s: got secret %q", got[i].ID, string(got[i].Secret))
		}
	}
}

func TestFileKeepsNumbers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "subscriptions.json")
	next := func(f *subscriptions.File, name string, atLeast, want int64) {
		t.Helper()
		if got, err := f.NextNumber(t.Context(), name, atLeast); err != nil || got != want {
			t.Errorf("next number of %s: got %d, error %v, want %d", name, got, err, want)
		}
	}
	first := open(t, path)
	next(first, "a", 1, 1)
	next(first, "b", 40, 40)
	if _, err := first.Create(t.Context(), sample("one")); err != nil {
		t.Fatal(err)
	}
	second := open(t, path)
	next(second, "a", 1, 2)
	next(second, "b", 1, 41)
	if _, err := second.Get(t.Context(), "one"); err != nil {
		t.Error(err)
	}
}

func TestFileOfAnOlderProgramHasNoNumbers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "subscriptions.json")
	if err := os.WriteFile(path, []byte(`{"version":1,"subscriptions":[{"id":"old","native_id":"7"}],"shared_secrets":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	f := open(t, path)
	if s, err := f.Get(t.Context(), "old"); err != nil || s.NativeID != "7" {
		t.Errorf("got %+v, error %v", s, err)
	}
	if n, err := f.NextNumber(t.Context(), "a", 8); n != 8 || err != nil {
		t.Errorf("next number: got %d, error %v", n, err)
	}
}

func TestNumberThatCannotBeWrittenIsNotGiven(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "state")
	f := open(t, filepath.Join(folder, "subscriptions.json"))
	if _, err := f.NextNumber(t.Context(), "a", 1); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if n, err := f.NextNumber(t.Context(), "a", 1); err == nil {
		t.Errorf("got %d although the folder is gone", n)
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if n, err := f.NextNumber(t.Context(), "a", 1); n != 2 || err != nil {
		t.Errorf("next number: got %d, error %v, want 2", n, err)
	}
}

func TestFileIsPrivateAndAlone(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "state")
	path := filepath.Join(folder, "subscriptions.json")
	f := open(t, path)
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is there before any change: %v", err)
	}
	for i := range 3 {
		if _, err := f.Create(t.Context(), sample(strconv.Itoa(i))); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, error %v, want 0600", info.Mode(), err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("got %v, error %v, want the file alone", entries, err)
	}
}

func TestFileIsNotWrittenForNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "subscriptions.json")
	f := open(t, path)
	if _, err := f.Create(t.Context(), sample("one")); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Update(t.Context(), "one", func(*subscriptions.Subscription) error { return nil }); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(path)
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("an update without change replaced the file (error %v)", err)
	}
}

func TestUnreadableFileIsLeftAlone(t *testing.T) {
	t.Parallel()
	const good = `{"id":"a","platform":"p","profile":"v","url":"u","events":null,"headers":{},"enabled":true,"created_at":"2026-11-21T10:00:00Z","updated_at":"2026-11-21T10:00:00Z"}`
	tests := []struct{ name, content, says string }{
		{"empty", "", "unexpected end"},
		{"cut off", `{"version":1,"subscriptions":[` + good[:40], "unexpected end"},
		{"not JSON", "subscriptions: []", "invalid character"},
		{"other version", `{"version":2,"subscriptions":[]}`, "version is 2 and must be 1"},
		{"no version", `{}`, "version is 0 and must be 1"},
		{"bad subscription", `{"version":1,"subscriptions":[` + good + `,{"id":7}]}`, "subscriptions[1]: "},
		{"no id", `{"version":1,"subscriptions":[{}]}`, "it has no id"},
		{"twice", `{"version":1,"subscriptions":[` + good + `,` + good + `]}`, "id a stands there twice"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "subscriptions.json")
			if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := subscriptions.OpenFile(path)
			if !errors.Is(err, subscriptions.ErrCorrupt) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want ErrCorrupt with the path and %q", err, test.says)
			}
			kept, err := os.ReadFile(path)
			if err != nil || string(kept) != test.content {
				t.Errorf("the file became %q (error %v)", kept, err)
			}
		})
	}
}

// TestFailedWriteChangesNothing takes the folder away, so that no temporary file can be made.
func TestFailedWriteChangesNothing(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "state")
	f := open(t, filepath.Join(folder, "subscriptions.json"))
	if _, err := f.Create(t.Context(), sample("one")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	_, errCreate := f.Create(t.Context(), sample("two"))
	_, errDelete := f.Delete(t.Context(), "one")
	_, errUpdate := f.Update(t.Context(), "one", func(s *subscriptions.Subscription) error { s.URL = "changed"; return nil })
	if errCreate == nil || errDelete == nil || errUpdate == nil {
		t.Errorf("got create %v, delete %v, update %v, want errors", errCreate, errDelete, errUpdate)
	}
	list, err := f.List(t.Context())
	if err != nil || len(list) != 1 || list[0].URL != sample("").URL {
		t.Errorf("got %+v, error %v, want the first one unchanged", list, err)
	}
}

func TestFolderInPlaceOfTheFile(t *testing.T) {
	t.Parallel()
	if _, err := subscriptions.OpenFile(t.TempDir()); err == nil || errors.Is(err, subscriptions.ErrCorrupt) {
		t.Errorf("got %v, want a read error", err)
	}
}
