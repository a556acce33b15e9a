package sdk_test

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/test/program"
)

// TestSamples runs what the catalogue tells people to paste: each platform's SDK registers a webhook, which is a subscription then.
func TestSamples(t *testing.T) {
	t.Parallel()
	registry, err := app.Platforms()
	if err != nil {
		t.Fatal(err)
	}
	for id, requirements := range map[string][]string{
		"argilla": {"argilla"}, "toloka": {"toloka"}, "label-studio": {"label-studio", "label-studio-sdk-1"},
	} {
		p, err := registry.Platform(id, "")
		if err != nil || p.Native == nil || len(p.Native.Client) == 0 {
			t.Errorf("%s has no sample (%v)", id, err)
			continue
		}
		for _, name := range requirements {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				python := interpreter(t, name)
				server := program.Start(t, "--redis", "memory")
				for _, sample := range p.Native.Client {
					cmd := exec.CommandContext(t.Context(), python, "-")
					cmd.Env, cmd.Stdin = program.Environment(), strings.NewReader(sample.At(server.URL+"/"+id))
					var out, log bytes.Buffer
					cmd.Stdout, cmd.Stderr = &out, &log
					if err := cmd.Run(); err != nil {
						t.Fatalf("%v\n%s%s", err, &out, &log)
					}
					var list struct {
						Items []struct {
							Platform string `json:"platform"`
							URL      string `json:"url"`
						} `json:"items"`
					}
					server.Call(t, "GET", "/api/v1/subscriptions", nil, &list)
					if len(list.Items) != 1 || list.Items[0].Platform != id || list.Items[0].URL != "http://127.0.0.1:9000/webhook" {
						t.Fatalf("subscriptions: %+v", list.Items)
					}
					if strings.TrimSpace(out.String()) == "" {
						t.Error("it printed no id")
					}
				}
			})
		}
	}
}
