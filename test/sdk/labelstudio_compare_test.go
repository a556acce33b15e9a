package sdk_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/annohook/annohook/cmd/app"
)

// The recording of the real server, and the list of differences that stay.
const (
	recording = "testdata/captures/label-studio-1.23.2.json"
	tolerated = "testdata/label-studio-differences.json"
)

// TestLabelStudioServer plays the same work on the Label Studio of the Python index and on annohook. Every difference must be in the list of those
// that stay, with its reason, and every one in the list must still occur. The script for the SDKs must find nothing amiss in the real server.
//
//nolint:tparallel // one after the other: a webhook of the organization hears what any of them does
func TestLabelStudioServer(t *testing.T) {
	t.Parallel()
	server := startRealServer(t, interpreter(t, "label-studio"))
	t.Run("compared", func(t *testing.T) {
		ours := captureOurs(t)
		theirs := captureReal(t, server, ours)
		keepRecording(t, theirs, server)
		judge(t, theirs, ours)
	})
	for i, sdk := range labelStudioSDKs {
		t.Run("managed by "+sdk, func(t *testing.T) {
			manages(t, interpreter(t, sdk), server.url, []string{server.Token, server.Refresh}[i], "strict")
		})
	}
}

// TestLabelStudioRecording compares the recording of the real server in its place, so that a machine without the Python index sees it too.
func TestLabelStudioRecording(t *testing.T) {
	t.Parallel()
	var recorded capture
	readJSON(t, recording, &recorded)
	judge(t, recorded, captureOurs(t))
}

// judge fails on every difference that is not listed, and on every listed one that is gone.
func judge(tb testing.TB, theirs, ours capture) {
	tb.Helper()
	var list []struct {
		Path   string `json:"path"`
		Quirk  string `json:"quirk"` // that the manifest lists it under
		Reason string `json:"reason"`
	}
	readJSON(tb, tolerated, &list)
	listed := quirks(tb)
	used := make([]int, len(list))
	requests := 0
	for _, s := range theirs.Steps {
		requests += len(s.Sent)
	}
	found := compare(theirs, ours)
	stays := func(d difference) bool {
		for i, entry := range list {
			if ok, err := path.Match(entry.Path, d.Path); err != nil {
				tb.Fatal(err)
			} else if ok {
				used[i]++
				return true
			}
		}
		return false
	}
	told := map[string]bool{}
	for _, d := range found {
		what := d.Path[strings.LastIndex(d.Path, "/"):]
		if !stays(d) && !told[what] {
			tb.Errorf("%s", d) // the same in another step would tell no more
			told[what] = true
		}
	}
	for i, n := range used {
		if list[i].Reason == "" || !slices.Contains(listed, list[i].Quirk) {
			tb.Errorf("%s: %q has no reason, or its quirk %q is not in the manifest", tolerated, list[i].Path, list[i].Quirk)
		}
		if n == 0 {
			tb.Errorf("%s: %q is listed and no longer occurs", tolerated, list[i].Path)
		}
	}
	tb.Logf("%s: %d requests in %d steps, %d answers of the API, %d differences by %d reasons", theirs.Server, requests, len(theirs.Steps),
		len(theirs.API), len(found), len(list))
}

// quirks are those of Label Studio in the fidelity manifest.
func quirks(tb testing.TB) []string {
	tb.Helper()
	registry, err := app.Platforms()
	if err != nil {
		tb.Fatal(err)
	}
	var names []string
	for _, p := range registry.Profiles("label-studio") {
		for _, q := range p.Quirks {
			names = append(names, q.Name)
		}
	}
	return names
}

// compare lists every difference between two captures.
func compare(theirs, ours capture) []difference {
	c := &comparison{}
	for i, s := range theirs.Steps {
		if i < len(ours.Steps) {
			c.step(s, ours.Steps[i])
		}
	}
	c.add("steps/all/number", len(theirs.Steps), len(ours.Steps))
	c.add("api/all/number", len(theirs.API), len(ours.API))
	for i, e := range theirs.API {
		if i < len(ours.API) {
			c.exchange(e, ours.API[i])
		}
	}
	return c.found
}

// step compares what one step made the sides send.
func (c *comparison) step(theirs, ours stepSent) {
	hooks := func(list []sent) string {
		names := make([]string, len(list))
		for i, s := range list {
			names[i] = s.Hook
		}
		return fmt.Sprintf("%d: %s", len(list), strings.Join(names, " "))
	}
	c.add(theirs.Name+"/all/requests", hooks(theirs.Sent), hooks(ours.Sent))
	for i, a := range theirs.Sent {
		if i >= len(ours.Sent) || ours.Sent[i].Hook != a.Hook {
			return
		}
		b, place := ours.Sent[i], theirs.Name+"/"+a.Hook+"/"
		c.add(place+"line", a.Line, b.Line)
		c.add(place+"header names", strings.Join(a.names(), " "), strings.Join(b.names(), " "))
		for _, field := range a.Headers {
			c.add(place+"header "+field[0], steadyHeader(field[0], a), steadyHeader(field[0], b))
		}
		c.bodies(place+"body", a.Body, b.Body)
	}
}

var digits = regexp.MustCompile(`\d+`)

// steadyHeader is the value of a field without what differs from run to run.
func steadyHeader(name string, s sent) string {
	value := s.header(name)
	switch name {
	case "Host", "User-Agent":
		return digits.ReplaceAllString(value, "N")
	case "Content-Length":
		return strconv.FormatBool(value == strconv.Itoa(len(s.Body)))
	}
	return value
}

// exchange compares two answers of the registration API.
func (c *comparison) exchange(theirs, ours exchange) {
	place := "api/" + theirs.Name + "/"
	c.add(place+"status", theirs.Status, ours.Status)
	for _, name := range seen {
		c.add(place+"header "+name, theirs.Headers[name], ours.Headers[name])
	}
	c.bodies(place+"body", theirs.Body, ours.Body)
	for _, key := range []string{"detail", "validation_errors"} {
		a, errA := dig([]byte(theirs.Body), key)
		b, errB := dig([]byte(ours.Body), key)
		if errA == nil || errB == nil {
			c.add(place+key, a, b)
		}
	}
}

func readJSON(tb testing.TB, name string, out any) {
	tb.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(data, out); err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
}
