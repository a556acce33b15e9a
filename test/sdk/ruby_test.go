package sdk_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/annohook/annohook/test/program"
)

// ruby returns a command that runs a script of this folder with the gems of gems.txt: the machine's own, or those installed for this test.
func ruby(tb testing.TB, script string) *exec.Cmd {
	tb.Helper()
	interpreter := lookUp(tb, "ruby")
	cmd := exec.CommandContext(context.WithoutCancel(tb.Context()), interpreter, script)
	cmd.Env = program.Environment()
	if err := exec.CommandContext(tb.Context(), interpreter, "-e", `require "sinatra/base"; require "standardwebhooks"`).Run(); err == nil {
		return cmd
	}
	gem := lookUp(tb, "gem")
	folder := installed(tb, "gems.txt", func(ctx context.Context, folder, list string) error {
		text, err := os.ReadFile(list)
		if err != nil {
			return err
		}
		gems := strings.Split(strings.TrimSpace(string(text)), "\n")
		return quietly(exec.CommandContext(ctx, gem, append([]string{"install", "--no-document", "--install-dir", folder}, gems...)...))
	})
	absolute, err := filepath.Abs(folder)
	if err != nil {
		tb.Fatal(err)
	}
	cmd.Env = append(cmd.Env, "GEM_PATH="+absolute)
	return cmd
}

// TestRubyListener runs the listener of Argilla's documentation with the secret of a subscription. It must take every type, and answer 500 to all
// that is signed otherwise, as a Sinatra application does that an error leaves.
func TestRubyListener(t *testing.T) {
	t.Parallel()
	ruby(t, "listener.rb") // skips before a server is started in vain
	server, port := program.Start(t, "--redis", "memory"), strconv.Itoa(freePort(t))
	url := "http://127.0.0.1:" + port + "/webhook"
	sub := server.Subscribe(t, platform, url, map[string]any{"retry": map[string]any{"delays": []string{}}})
	cmd := ruby(t, "listener.rb")
	cmd.Env = append(cmd.Env, "PORT="+port, "SECRET="+sub.Secret)
	listener := talkTo(t, cmd)
	var line struct {
		Serving bool   `json:"serving"`
		Type    string `json:"type"`
	}
	if listener.hear(t, &line); !line.Serving {
		t.Fatal("it does not serve")
	}
	for _, event := range argillaEvents {
		server.Trigger(t, platform, event)
		if listener.hear(t, &line); line.Type != event {
			t.Errorf("after %s it saw %s", event, line.Type)
		}
	}
	settled(t, server)
	server.Call(t, http.MethodPatch, "/api/v1/subscriptions/"+sub.ID, map[string]any{"secret": otherKey}, nil)
	server.Call(t, http.MethodPost, "/api/v1/events?wait=settled&timeout=30s", map[string]any{"platform": platform, "type": argillaEvents[0]}, nil)
	if counts := server.Deliveries(t); counts["succeeded"] != len(argillaEvents) || counts["failed"] != 1 {
		t.Errorf("with another secret: %v", counts)
	}
}
