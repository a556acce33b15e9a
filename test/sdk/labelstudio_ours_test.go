package sdk_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/annohook/annohook/test/program"
)

// captureOurs plays the steps and questions of captureReal on annohook, which then sends like the single-threaded server: one request after the
// other over all webhooks.
func captureOurs(tb testing.TB) capture {
	tb.Helper()
	server, listener := program.Start(tb, "--redis", "memory"), record(tb)
	mount := server.URL + "/label-studio"
	alike := map[string]any{"quirks": map[string]bool{"inline-order": true}, "options": map[string]any{"batch_size": batch}}
	server.Subscribe(tb, "label-studio", listener.URL+"/"+organization, alike)
	out, known := capture{Server: "annohook"}, values{}
	for i, s := range steps() {
		out.Steps = append(out.Steps, stepSent{Name: s.name, Sent: act(tb, server, s, known, listener)})
		if i > 0 {
			continue
		}
		register(tb, mount, anyToken, known.fill(projectHooks(listener.URL)))
		likeTheServer(tb, server, alike)
	}
	out.API = apiOfOurs(tb, listener)
	return out
}

// apiOfOurs asks the questions of a server that wants a token, as the real one does, and whose projects were deleted, so that it is as empty.
func apiOfOurs(tb testing.TB, listener *recorder) []exchange {
	tb.Helper()
	const key = "0123456789abcdef0123456789abcdef01234567"
	server := program.Start(tb, "--redis", "memory", "--native-token", "label-studio="+key)
	mount, token := server.URL+"/label-studio", map[string]string{"Authorization": "Token " + key}
	server.Subscribe(tb, "label-studio", listener.URL+"/"+organization, nil)
	status, answer, err := call(tb, http.MethodGet, mount+"/api/projects/", "", token)
	if err != nil || status != http.StatusOK {
		tb.Fatalf("projects: %d %v %s", status, err, answer.body)
	}
	var projects struct {
		Results []struct {
			ID int `json:"id"`
		} `json:"results"`
	}
	if err := json.Unmarshal(answer.body, &projects); err != nil {
		tb.Fatal(err)
	}
	for _, p := range projects.Results {
		if status, answer, err := call(tb, http.MethodDelete, fmt.Sprintf("%s/api/projects/%d/", mount, p.ID), "", token); err != nil || status != http.StatusNoContent {
			tb.Fatalf("delete project %d: %d %v %s", p.ID, status, err, answer.body)
		}
	}
	return exchanges(tb, mount, token, minted(tb, key))
}

// seed of all actions, so that the recording speaks of the same content as the next run.
const seed = 20261121

// anyToken is accepted where annohook was given no key.
var anyToken = map[string]string{"Authorization": "Token 1111111111111111111111111111111111111111"}

// act performs the action of a step and returns what it sent, once all of it was.
func act(tb testing.TB, server *program.Server, s step, known values, listener *recorder) []sent {
	tb.Helper()
	if s.action == "" {
		return nil
	}
	in := map[string]any{"platform": "label-studio", "action": s.action, "params": json.RawMessage(known.fill(s.params)), "seed": seed}
	var acted struct {
		Result     json.RawMessage `json:"result"`
		Deliveries []any           `json:"deliveries"`
	}
	server.Call(tb, http.MethodPost, "/api/v1/actions?wait=settled&timeout=30s", in, &acted)
	known.keep(tb, acted.Result, s.kept)
	list := listener.taken()
	if len(list) != len(acted.Deliveries) {
		tb.Errorf("%s: %d requests arrived of %d deliveries", s.name, len(list), len(acted.Deliveries))
	}
	return list
}

// likeTheServer gives what was registered by the platform's API the settings that belong to the whole server there.
func likeTheServer(tb testing.TB, server *program.Server, alike map[string]any) {
	tb.Helper()
	var list struct {
		Items []struct {
			ID      string         `json:"id"`
			Options map[string]any `json:"options"`
		} `json:"items"`
	}
	server.Call(tb, http.MethodGet, "/api/v1/subscriptions?limit=50", nil, &list)
	if len(list.Items) != 4 {
		tb.Fatalf("%d subscriptions", len(list.Items))
	}
	for _, sub := range list.Items {
		options := sub.Options
		if options == nil {
			options = map[string]any{}
		}
		options["batch_size"] = batch
		server.Call(tb, http.MethodPatch, "/api/v1/subscriptions/"+sub.ID, map[string]any{"quirks": alike["quirks"], "options": options}, nil)
	}
}
