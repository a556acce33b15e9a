package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/configs"
)

// started is the first line of a server's output where the format is JSON.
type started struct {
	URL      string `json:"url"`
	Engine   string `json:"engine"`
	Data     string `json:"data"`
	Survives string `json:"survives"`
	// Native is where the platforms' own APIs are.
	Native []app.NativeAPI `json:"native"`
}

// banner says where the server is, what keeps the data and what survives: in words, or where the log is JSON as one line of it. For programs
// the first line of standard output tells the same.
func (p *process) banner(config configs.Config, a *app.App) error {
	about := a.About()
	s := started{Engine: about.Engine, Data: about.Where, Survives: about.Survives, Native: a.NativeAPIs()}
	if a.Addr() != "" {
		s.URL = "http://" + a.Addr()
	}
	if p.jsonNotes {
		p.noteLog().Info("annohook has started", "version", p.version, "roles", roles(config), "url", s.URL, "engine", s.Engine, "data", s.Data,
			"survives", s.Survives, "time_scale", config.TimeScale, "native", s.Native)
	} else if _, err := io.WriteString(p.errOut, visible(p.bannerText(config, s))); err != nil {
		return &localError{err}
	}
	if p.output == formatText {
		return nil
	}
	return p.encode(s, false)
}

// roles are what a process does.
func roles(config configs.Config) (list []string) {
	if config.API {
		list = append(list, "api")
	}
	if config.Worker {
		list = append(list, "worker")
	}
	return list
}

// bannerText is the banner for people.
func (p *process) bannerText(config configs.Config, s started) string {
	var lines [][2]string
	add := func(name, text string) { lines = append(lines, [2]string{name, text}) }
	switch {
	case config.API && config.Token != "":
		add("serving", s.URL+"  dashboard and API, with the token")
	case config.API:
		add("serving", s.URL+"  dashboard and API, from this machine only")
	default:
		add("working", "for the API that shares this Redis")
	}
	if !config.API && s.URL != "" {
		add("health", s.URL+"  /livez, /readyz and /metrics of this worker")
	}
	add("engine", s.Engine)
	add("data", cmp.Or(s.Data, "nowhere; it stays in memory"))
	add("survives", s.Survives)
	for _, n := range s.Native {
		lines = append(lines, nativeLine(n))
	}
	if config.API && !config.Worker {
		add("attempts", "are made by workers elsewhere: annohook serve --roles worker --redis "+s.Data)
	}
	if config.TimeScale != 1 {
		add("time scale", fmt.Sprintf("%g: retries and batches wait so many times as long", config.TimeScale))
	}
	if config.API {
		add("next", "annohook subscriptions add PLATFORM URL"+serverFlag(config, s.URL))
	}
	width := bannerWidth
	for _, line := range lines {
		width = max(width, len(line[0]))
	}
	var b strings.Builder
	b.WriteString("annohook " + p.version + "\n")
	for _, line := range lines {
		fmt.Fprintf(&b, "  %-*s %s\n", width, line[0], line[1])
	}
	return b.String()
}

// bannerWidth is how wide the first column of the banner is at least.
const bannerWidth = 11

// nativeLine tells where the API of one platform is.
func nativeLine(n app.NativeAPI) [2]string {
	text := n.URL
	if len(n.Ports) > 0 {
		text += " (and " + strings.Join(n.Ports, ", ") + ")"
	}
	name := n.Platform
	if strings.HasSuffix(n.URL, "@"+n.Profile) {
		name += " " + n.Profile
	}
	return [2]string{name + " API", text}
}

// serverFlag is what other commands need to find a server that is not where they look.
func serverFlag(config configs.Config, address string) string {
	if address == config.Server {
		return ""
	}
	return " --server " + address
}
