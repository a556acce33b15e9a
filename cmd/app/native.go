package app

import (
	"context"
	"fmt"
	"net"
	"strings"

	"github.com/annohook/annohook/configs"
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/web"
	"github.com/annohook/annohook/web/api"
)

// nativeListener is one --native.
type nativeListener struct {
	setting  configs.Native // with its profile
	listener net.Listener
	serve    func(context.Context, net.Listener) error
}

// checkNative refuses settings of the platforms' own APIs that cannot work.
func checkNative(c configs.Config, registry *payloads.Registry) error {
	for _, n := range c.Native {
		if !c.API {
			return &UsageError{Message: "--native needs the api role"}
		}
		p, err := findNative(registry, n.Platform, n.Profile)
		if err != nil {
			return &UsageError{Message: "--native " + n.String() + ": " + err.Error()}
		}
		host, _, err := net.SplitHostPort(n.Addr)
		if err != nil {
			return &UsageError{Message: "--native " + n.String() + ": " + err.Error()}
		}
		if nativeKey(c, p.ID) == "" && !loopback(host) {
			return &UsageError{Message: fmt.Sprintf("--native %s can be reached from other machines, so --native-token %s=KEY or --token must be set", n, p.ID)}
		}
	}
	for platform := range c.NativeTokens {
		if _, err := findNative(registry, platform, ""); err != nil {
			return &UsageError{Message: "--native-token: " + err.Error()}
		}
	}
	return nil
}

// findNative returns a platform that has an API of its own in the profile.
func findNative(registry *payloads.Registry, id, profile string) (payloads.Platform, error) {
	profiles := registry.Profiles(id)
	if profiles == nil {
		return payloads.Platform{}, fmt.Errorf("unknown platform %q; those with an API of their own are: %s", id, strings.Join(nativeIDs(registry), ", "))
	}
	p, err := registry.Platform(id, profile)
	if err != nil {
		names := make([]string, len(profiles))
		for i, known := range profiles {
			names[i] = known.Profile
		}
		return p, fmt.Errorf("unknown profile %q of %s; one of: %s", profile, id, strings.Join(names, ", "))
	}
	if p.Native == nil {
		return p, fmt.Errorf("%s has no API of its own here; those that have one are: %s", p.Name, strings.Join(nativeIDs(registry), ", "))
	}
	return p, nil
}

// nativeIDs lists the platforms whose default profile has an API of its own.
func nativeIDs(registry *payloads.Registry) []string {
	var ids []string
	for _, id := range registry.IDs() {
		if registry.Profiles(id)[0].Native != nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// nativeKey is what the credential of a platform's own API must prove to know; "" where any will do.
func nativeKey(c configs.Config, platform string) string {
	if key := c.NativeTokens[platform]; key != "" {
		return key
	}
	return c.Token
}

// listenNative opens the ports that --native names.
func (a *App) listenNative(ctx context.Context) error {
	for _, n := range a.options.Config.Native {
		p, err := findNative(a.registry, n.Platform, n.Profile)
		if err != nil {
			return err
		}
		ln, err := listenOn(ctx, "--native "+strings.TrimSuffix(n.String(), n.Addr)+"host:port", n.Addr)
		if err != nil {
			return err
		}
		n.Profile = p.Profile
		a.natives = append(a.natives, nativeListener{setting: n, listener: ln})
	}
	return nil
}

// mounts are the APIs of every platform and profile.
func (a *App) mounts() []web.NativeMount {
	var mounts []web.NativeMount
	for _, id := range a.registry.IDs() {
		for i, p := range a.registry.Profiles(id) {
			if p.Native == nil {
				continue
			}
			handler := p.Native.Handler(a.scheduler.Host(p, nativeKey(a.options.Config, id)))
			m := web.NativeMount{Platform: id, Profile: p.Profile, Path: api.NativePath(p, false), Handler: handler}
			mounts = append(mounts, m)
			if i == 0 {
				m.Path, m.Roots = api.NativePath(p, true), p.Native.Roots
				mounts = append(mounts, m)
			}
		}
	}
	return mounts
}

// wireNative gives each port of its own its handler.
func (a *App) wireNative(server *web.Server) error {
	for i := range a.natives {
		n := &a.natives[i]
		handler, err := server.NativeHandler(n.setting.Platform, n.setting.Profile, n.listener.Addr().String())
		if err != nil {
			return err
		}
		if a.traces != nil {
			handler = a.traces.join(handler)
		}
		n.serve = func(ctx context.Context, ln net.Listener) error { return server.ServeNative(ctx, ln, handler) }
	}
	return nil
}

// NativeAPI is where one platform's own API can be reached.
type NativeAPI struct {
	Platform string   `json:"platform"`
	Profile  string   `json:"profile"`
	URL      string   `json:"url"`   // on the server's own address
	Ports    []string `json:"ports"` // URLs of ports of its own
}

// NativeAPIs lists the API of each platform in its default profile, and further profiles where a port of their own was asked for. Without
// the api role there is none.
func (a *App) NativeAPIs() []NativeAPI {
	list := []NativeAPI{}
	if !a.options.Config.API || a.listener == nil {
		return list
	}
	for _, id := range a.registry.IDs() {
		for i, p := range a.registry.Profiles(id) {
			if p.Native == nil {
				continue
			}
			n := NativeAPI{Platform: id, Profile: p.Profile, URL: "http://" + a.Addr() + api.NativePath(p, i == 0), Ports: []string{}}
			for _, own := range a.natives {
				if own.setting.Platform == id && own.setting.Profile == p.Profile {
					n.Ports = append(n.Ports, "http://"+own.listener.Addr().String())
				}
			}
			if i == 0 || len(n.Ports) > 0 {
				list = append(list, n)
			}
		}
	}
	return list
}
