package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/web/client"
)

// mostLag is how long a delivery may be overdue before doctor wonders; retries are made within 50 ms of being due where all is well.
const mostLag = 5 * time.Second

// tenant is an annohook that answers at an address.
type tenant struct {
	url     string
	client  *client.Client
	version string
}

// listen tries the listen address, and asks whoever has it.
func (d *doctor) listen(ctx context.Context) (Finding, *tenant) {
	c := d.Config
	if !c.API && !c.AddrGiven {
		return ok("listen", "a worker alone listens nowhere unless --addr is given"), nil
	}
	err := bindable(ctx, c.Addr)
	if err == nil {
		return free("listen", c.Addr), nil
	}
	url := "http://" + reachable(c.Addr)
	greeting, t := greet(ctx, url, c.Token, d.Version)
	if t != nil {
		return ok("listen", "%s is in use by annohook %s, which is asked below", c.Addr, t.version), t
	}
	if problem, asked := errors.AsType[*client.Problem](greeting.cause); asked && problem.Status == http.StatusUnauthorized {
		return warn("listen", "if it is your annohook, give its --token; else choose another address with --addr", "%s is in use by a server that asks for a token", c.Addr), nil
	}
	return fail("listen", "end what listens there (ss -ltnp or lsof -i names it), or choose another address of this machine with --addr",
		"%v; no annohook answers there", err), nil
}

// bindable listens on addr for an instant. The error is the system's own, which names the address.
func bindable(ctx context.Context, addr string) error {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return ln.Close()
}

func free(check, addr string) Finding {
	if strings.HasSuffix(addr, ":0") {
		return ok(check, "%s: a free port is picked at start", addr)
	}
	return ok(check, "%s is free", addr)
}

// reachable is where a server that listens on addr is reached from this machine.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// greet asks a server who it is. The tenant is nil unless it is an annohook that talks to us.
func greet(ctx context.Context, url, token, version string) (greeting, *tenant) {
	c, err := client.New(url, client.Options{Token: token})
	if err != nil {
		return unwelcome(url, err), nil
	}
	v, err := c.Version(ctx)
	if err == nil && v.Name != "annohook" {
		err = errors.New("what answers there is no annohook")
	}
	if err != nil {
		return unwelcome(url, err), nil
	}
	t := &tenant{url: sender.MaskURL(url), client: c, version: v.Version}
	return greeting{Finding: t.sameVersion(version)}, t
}

// greeting is the finding about who answered, with the error behind it.
type greeting struct {
	Finding

	cause error
}

func unwelcome(url string, err error) greeting {
	advice := "start it with annohook serve, or correct --server"
	if problem, answered := errors.AsType[*client.Problem](err); answered {
		advice = "correct --server; " + problem.Title + " is not what an annohook answers here"
		if problem.Status == http.StatusUnauthorized {
			advice = "give the server's --token"
		}
	}
	return greeting{Finding: fail("server", advice, "%s: %v", sender.MaskURL(url), err), cause: err}
}

func (t *tenant) sameVersion(version string) Finding {
	if t.version != version {
		return warn("server", "use the same version for server and command line", "%s is annohook %s, this program is %s", t.url, t.version, version)
	}
	return ok("server", "%s is annohook %s", t.url, t.version)
}

// findings is all about the annohook on our listen address; nothing where there is none.
func (t *tenant) findings(ctx context.Context, version string) []Finding {
	if t == nil {
		return nil
	}
	return append([]Finding{t.sameVersion(version)}, t.state(ctx)...)
}

// state asks whether the server would accept a trigger, and whether somebody would send it.
func (t *tenant) state(ctx context.Context) []Finding {
	stats := make(chan []Finding, 1)
	go func() { stats <- t.stats(ctx) }()
	ready := ok("ready", "a trigger would be accepted now")
	if err := t.client.Ready(ctx); err != nil {
		ready = fail("ready", "look at the server's log; with a Redis of its own, check it with annohook doctor --redis ADDRESS", "a trigger would not be accepted: %v", err)
	}
	return append([]Finding{ready}, <-stats...)
}

func (t *tenant) stats(ctx context.Context) []Finding {
	s, err := t.client.Stats(ctx)
	if problem, answered := errors.AsType[*client.Problem](err); answered {
		switch problem.Status {
		case http.StatusNotFound:
			return []Finding{ok("workers", "this is a worker without the api role; ask its API server for counts")}
		case http.StatusUnauthorized:
			return []Finding{warn("workers", "give the server's --token", "the server asks for a token")}
		}
	}
	if err != nil {
		return []Finding{fail("workers", "look at the server's log", "the server does not tell its state: %v", err)}
	}
	return []Finding{judgeWorkers(s), judgeQueue(s)}
}

func judgeWorkers(s client.Stats) Finding {
	if len(s.Workers) == 0 {
		return fail("workers", "start one with annohook serve --roles worker and the same --redis", "no worker is alive, so nothing is sent")
	}
	found := []string{fmt.Sprintf("%d alive", len(s.Workers))}
	for _, w := range s.Workers[:min(len(s.Workers), mostNamed)] {
		found = append(found, fmt.Sprintf("process %d on %s", w.PID, w.Host))
	}
	if len(s.Workers) > mostNamed {
		found = append(found, "…")
	}
	return ok("workers", "%s", strings.Join(found, ", "))
}

// mostNamed is how many workers a finding names.
const mostNamed = 4

func judgeQueue(s client.Stats) Finding {
	found := fmt.Sprintf("%d waiting, %d at their subscription's limit, %d in flight, %d queued; latest attempts p50 %.0f ms, p99 %.0f ms",
		s.Waiting, s.InLanes, s.InFlight, s.QueueDepth, s.Latency.P50MS, s.Latency.P99MS)
	lag := time.Duration(s.DueLagMS * float64(time.Millisecond)).Round(time.Millisecond)
	if lag > mostLag {
		return warn("queue", "add workers, or look for listeners that hang: annohook deliveries list --status retrying", "the oldest delivery is overdue by %s; %s", lag, found)
	}
	return ok("queue", "%s; nothing is overdue by more than %s", found, mostLag)
}

// natives tries the addresses of the platforms' own APIs.
func (d *doctor) natives(ctx context.Context) []Finding {
	var out []Finding
	for _, n := range d.Config.Native {
		name := "native " + n.Platform
		if n.Profile != "" {
			name += "@" + n.Profile
		}
		err := bindable(ctx, n.Addr)
		switch {
		case err == nil:
			out = append(out, free(name, n.Addr))
		case d.tenant != nil:
			out = append(out, warn(name, "if the annohook at "+d.tenant.url+" was started with the same --native all is well; else choose another address", "%v", err))
		default:
			out = append(out, fail(name, "end what listens there (ss -ltnp or lsof -i names it), or choose another address with --native", "%v", err))
		}
	}
	return out
}
