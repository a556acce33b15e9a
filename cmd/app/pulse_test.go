package app_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/annohook/annohook/cmd/app"
)

// shows waits until a page of the program says every text.
func shows(t *testing.T, a *app.App, path string, texts ...string) {
	t.Helper()
	within(t, path+" says "+strings.Join(texts, ", "), func() bool {
		resp, err := http.Get("http://" + a.Addr() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		page, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			if !strings.Contains(string(page), text) {
				return false
			}
		}
		return true
	})
}

// The process with the pages counts what another process sends.
func TestPagesTellHowItHasBeenGoing(t *testing.T) {
	t.Parallel()
	url := startRedis(t)
	pages, _ := launch(t, settings(t, map[string]string{"redis": url, "roles": "api"}))
	launch(t, settings(t, map[string]string{"redis": url, "roles": "worker"}))
	deliver(t, pages)
	shows(t, pages, "/", "100 % succeeded", "none of the last 1 attempts failed")
	shows(t, pages, "/queue", "1</b> <span>worker alive", "<dt>Kind</dt><dd><bdi>Redis</bdi>", "<dt>Memory</dt>")
}

func TestPagesOfAnEngineInTheProcess(t *testing.T) {
	t.Parallel()
	a, _ := launch(t, settings(t, map[string]string{"redis": "memory"}))
	deliver(t, a)
	shows(t, a, "/", "100 % succeeded")
	shows(t, a, "/queue", "1</b> <span>worker alive", "in-process store", "nowhere; it stays in memory")
}
