package main

import (
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

// banner says where the server is, what keeps the data and what survives. For programs the first line of standard output tells the same.
func (p *process) banner(config configs.Config, a *app.App) error {
	about, address := a.About(), ""
	if a.Addr() != "" {
		address = "http://" + a.Addr()
	}
	lines := [][2]string{{"engine", about.Engine}, {"data", orText(about.Where, "nowhere; it stays in memory")}, {"survives", about.Survives}}
	switch {
	case config.API && config.Token != "":
		lines = append([][2]string{{"serving", address + "  dashboard and API, with the token"}}, lines...)
	case config.API:
		lines = append([][2]string{{"serving", address + "  dashboard and API, from this machine only"}}, lines...)
	default:
		lines = append([][2]string{{"working", "for the API that shares this Redis"}}, lines...)
	}
	native := a.NativeAPIs()
	for _, n := range native {
		lines = append(lines, nativeLine(n))
	}
	if config.API && !config.Worker {
		lines = append(lines, [2]string{"attempts", "are made by workers elsewhere: annohook serve --roles worker --redis " + about.Where})
	}
	if config.TimeScale != 1 {
		lines = append(lines, [2]string{"time scale", fmt.Sprintf("%g: retries and batches wait so many times as long", config.TimeScale)})
	}
	if config.API {
		lines = append(lines, [2]string{"next", "annohook subscriptions add PLATFORM URL" + serverFlag(config, address)})
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
	if _, err := io.WriteString(p.errOut, visible(b.String())); err != nil {
		return &localError{err}
	}
	if p.output == formatText {
		return nil
	}
	return p.encode(started{URL: address, Engine: about.Engine, Data: about.Where, Survives: about.Survives, Native: native}, false)
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
