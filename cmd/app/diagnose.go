package app

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/annohook/annohook/configs"
)

// Verdict is what a check came to.
type Verdict string

// The verdicts.
const (
	OK   Verdict = "ok"
	Warn Verdict = "warn" // it works, but not as one may expect
	Fail Verdict = "fail" // it does not work
)

// Finding is the result of one check. Its texts may quote what a server answered, so they are to be shown with control characters visible.
type Finding struct {
	Check  string  `json:"check"` // stable name
	Status Verdict `json:"status"`
	Found  string  `json:"found"`
	Advice string  `json:"advice"` // what to do; "" where there is nothing to do
}

// DiagnoseOptions say what Diagnose looks at.
type DiagnoseOptions struct {
	Config  configs.Config
	Values  []configs.Value // the same settings with their origins, as configs.Load gives them
	File    string          // configuration file the user named; "": none, or one that was found
	Version string          // of this program
	Now     func() time.Time
}

const (
	// probeWithin bounds one check. Those that do not need each other run at the same time, so all together take at most twice as long.
	probeWithin = 1800 * time.Millisecond
	// probeGrace is what a check has to say something better than that time ran out, once it did.
	probeGrace = 200 * time.Millisecond
)

// doctor is one run of Diagnose.
type doctor struct {
	DiagnoseOptions
	tenant *tenant // the annohook on our listen address; nil: none
}

// Diagnose checks what serve with these settings would need on this machine, and asks the annohook that listens on its address, if one does.
// The findings come in a fixed order, one or more for each check. It changes nothing: it writes a temporary file in the state directory, removes it, binds
// the addresses for an instant, and only reads from Redis and from servers. It ends within five seconds, or with ctx; a check that hangs in
// the operating system is left behind on its goroutine.
func Diagnose(ctx context.Context, o DiagnoseOptions) []Finding {
	d := &doctor{DiagnoseOptions: o}
	listen := d.within(ctx, "listen", func(ctx context.Context) answerOf {
		f, t := d.listen(ctx)
		return answerOf{findings: []Finding{f}, tenant: t}
	})
	d.tenant = listen.tenant
	local := d.all(ctx,
		probe{"program", d.program}, probe{"settings", d.settings}, probe{"targets", d.targets}, probe{"state", d.state},
		probe{"disk", d.disk}, probe{"open-files", d.openFiles}, probe{"redis", d.redis}, probe{"native", d.natives}, probe{"traces", d.traces},
		probe{"server", func(ctx context.Context) []Finding { return d.tenant.findings(ctx, d.Version) }},
	)
	var out []Finding
	for i, findings := range local {
		if i == afterTargets {
			out = append(out, listen.findings...)
		}
		out = append(out, findings...)
	}
	return out
}

// afterTargets is where the finding about the listen address is shown: after those about program, settings and targets.
const afterTargets = 3

// DiagnoseServer asks the server that the settings name, and nothing of this machine. It ends within five seconds, or with ctx.
func DiagnoseServer(ctx context.Context, o DiagnoseOptions) []Finding {
	d := &doctor{DiagnoseOptions: o}
	first := d.within(ctx, "server", func(ctx context.Context) answerOf {
		f, t := greet(ctx, o.Config.Server, o.Config.Token, o.Version)
		return answerOf{findings: []Finding{f.Finding}, tenant: t}
	})
	if first.tenant == nil {
		return first.findings
	}
	rest := d.within(ctx, "server", func(ctx context.Context) answerOf { return answerOf{findings: first.tenant.state(ctx)} })
	return append(first.findings, rest.findings...)
}

// probe is one check; it may find several things.
type probe struct {
	name string
	run  func(context.Context) []Finding
}

// answerOf is what a probe brings back.
type answerOf struct {
	findings []Finding
	tenant   *tenant
}

// all runs probes at the same time and returns their findings in the order of the probes.
func (d *doctor) all(ctx context.Context, probes ...probe) [][]Finding {
	out := make([][]Finding, len(probes))
	var running sync.WaitGroup
	for i, p := range probes {
		running.Go(func() {
			out[i] = d.within(ctx, p.name, func(ctx context.Context) answerOf { return answerOf{findings: p.run(ctx)} }).findings
		})
	}
	running.Wait()
	return out
}

// within gives f its time. The result goes through a channel, so that one that comes too late changes nothing.
func (d *doctor) within(ctx context.Context, name string, f func(context.Context) answerOf) answerOf {
	within, cancel := context.WithTimeout(ctx, probeWithin)
	defer cancel()
	done := make(chan answerOf, 1)
	go func() { done <- f(within) }()
	select {
	case a := <-done:
		return a
	case <-within.Done():
	}
	grace := time.NewTimer(probeGrace)
	defer grace.Stop()
	select {
	case a := <-done:
		return a
	case <-grace.C:
		return answerOf{findings: []Finding{fail(name, "look at what it waits for: a network file system, a name server, a machine that drops packets",
			"this check did not end within %s", probeWithin+probeGrace)}}
	}
}

func ok(check, format string, args ...any) Finding {
	return Finding{Check: check, Status: OK, Found: fmt.Sprintf(format, args...)}
}

func warn(check, advice, format string, args ...any) Finding {
	return Finding{Check: check, Status: Warn, Found: fmt.Sprintf(format, args...), Advice: advice}
}

func fail(check, advice, format string, args ...any) Finding {
	return Finding{Check: check, Status: Fail, Found: fmt.Sprintf(format, args...), Advice: advice}
}

func (d *doctor) program(context.Context) []Finding {
	return []Finding{ok("program", "annohook %s, %s, %s/%s, %d CPUs", d.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())}
}

// settings tells what differs from the defaults, and whether the settings can work together.
func (d *doctor) settings(context.Context) []Finding {
	found := "all are the defaults"
	if changed := d.changed(); len(changed) > 0 {
		found = strings.Join(changed, ", ")
	}
	if d.File != "" {
		found = "file " + d.File + ": " + found
	}
	registry, err := Platforms()
	if err != nil {
		return []Finding{fail("settings", "this is a fault of annohook; report it", "platforms: %v", err)}
	}
	if err = checkSettings(d.Config); err == nil {
		err = checkNative(d.Config, registry)
	}
	if err != nil {
		return []Finding{fail("settings", "serve refuses these settings; annohook config show --origin tells where each comes from", "%v (%s)", err, found)}
	}
	return []Finding{ok("settings", "%s", found)}
}

// changed lists the settings that are not the defaults, each with its origin.
func (d *doctor) changed() []string {
	var list []string
	for _, v := range d.Values {
		if v.Origin == configs.FromDefault {
			continue
		}
		// Secrets are stars already; addresses of servers may hold user:pass@.
		list = append(list, fmt.Sprintf("%s=%s (%s)", v.Setting.Name, Shown(v.Text), v.Where))
	}
	return list
}
