package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/listener"
)

// listenFlags are what the listener does.
type listenFlags struct {
	platform, profile string
	secret            secretFlag
	addr, respond     string
	delay, timeout    time.Duration
	lenient, brief    bool
	count             int
}

func (p *process) listenCommand(registry *payloads.Registry) *cobra.Command {
	f := &listenFlags{}
	cmd := &cobra.Command{
		Use:   "listen --platform PLATFORM",
		Short: "Receive requests: verify, print, answer as told",
		Long: `Receive one platform's requests, verify each as that platform's documents ask, print it, and answer.

--respond lists the answers in turn, the last one for ever: a status or a fault (drop, reset, cut, hang), then optionally
@delay and *count, such as 500*2,200@1s. With --count the command ends after so many requests: with 0 when every signature
was right, with 1 when one was refused.`,
		Example: `  annohook listen --platform argilla --secret S --respond 500,500,200
  annohook listen --platform toloka --secret S --count 1 --timeout 30s`,
		Args: takes(0, 0),
		RunE: p.do(func(cmd *cobra.Command, _ []string) error { return p.listen(cmd.Context(), registry, f) }),
	}
	flags := cmd.Flags()
	flags.StringVar(&f.platform, "platform", "", "platform whose requests are received")
	flags.StringVar(&f.profile, "profile", "", "behaviour of the platform")
	f.secret.add(flags, "secret to verify with; without one nothing is verified")
	flags.StringVar(&f.addr, "addr", "127.0.0.1:9000", "listen address; port 0 picks a free one")
	flags.StringVar(&f.respond, "respond", "", "answers in turn (default 200)")
	flags.DurationVar(&f.delay, "delay", 0, "before every answer that --respond gives no delay of its own")
	flags.BoolVar(&f.lenient, "lenient", false, "answer requests with a wrong signature like all others instead of 401")
	flags.BoolVar(&f.brief, "brief", false, "one line a request")
	flags.IntVar(&f.count, "count", 0, "end after so many requests; 0: never")
	flags.DurationVar(&f.timeout, "timeout", 0, "fail when --count is not reached in this time")
	values(cmd, "platform", func() []string { return described(registry) })
	profilesOf(cmd, registry)
	return cmd
}

func (p *process) listen(ctx context.Context, registry *payloads.Registry, f *listenFlags) error {
	pl, err := findPlatform(registry, f.platform, f.profile)
	if err != nil {
		return err
	}
	secret, err := f.secret.read(p)
	if err != nil {
		return err
	}
	script, err := f.script()
	if err != nil {
		return err
	}
	if err := notNegative("count", f.count); err != nil {
		return err
	}
	if f.timeout < 0 || f.timeout > 0 && f.count == 0 {
		return &usageError{"--timeout: a positive duration, with --count, whose requests are waited for so long"}
	}
	receiver := &receiver{process: p, platform: pl, brief: f.brief, count: f.count, done: make(chan struct{})}
	server, err := startListener(ctx, f.addr, listener.Options{
		Platform: pl, Secret: func() string { return secret }, Script: script, Lenient: f.lenient, Now: p.now, OnReceive: receiver.receive,
	})
	if err != nil {
		return err
	}
	p.notef("listening for %s %s on %s\n", pl.Name, pl.Profile, server.url())
	if note := secretNote(pl, secret); note != "" {
		p.notef("%s\n", note)
	}
	defer server.stop(ctx)
	return receiver.wait(ctx, f.timeout)
}

// secretNote says what a secret means for requests that are to come, where that is not what a user may think; "" where it is. A secret that
// cannot be right is no mistake here: to see how requests are refused is what some want.
func secretNote(pl payloads.Platform, secret string) string {
	switch {
	case pl.Verify == nil && secret == "":
		return ""
	case pl.Verify == nil:
		return "--secret: " + pl.Name + " signs nothing, so there is nothing to verify"
	case secret == "":
		return "no --secret given: signatures are shown but not verified"
	}
	if err := checkSecret(pl, secret); err != nil {
		return err.Error() + "; no request is right with this one"
	}
	return ""
}

// script is --respond with --delay filled in.
func (f *listenFlags) script() ([]listener.Answer, error) {
	script, err := listener.ParseScript(f.respond)
	if err != nil {
		return nil, &usageError{fmt.Sprintf("--respond: %v", err)}
	}
	if f.delay < 0 {
		return nil, &usageError{"--delay: a positive duration"}
	}
	if len(script) == 0 {
		script = []listener.Answer{{Status: http.StatusOK}}
	}
	for i := range script {
		if script[i].Delay == 0 {
			script[i].Delay = f.delay
		}
	}
	return script, nil
}

// receiver prints requests and knows when there were enough.
type receiver struct {
	process  *process
	platform payloads.Platform
	brief    bool
	count    int // 0: endless
	done     chan struct{}

	mu       sync.Mutex
	received int
	refused  int
	failed   error // of the output
}

// receive is told of each request; requests come side by side.
func (r *receiver) receive(receipt listener.Receipt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.count > 0 && r.received >= r.count {
		return
	}
	if err := r.print(receipt); err != nil && r.failed == nil {
		r.failed = &localError{fmt.Errorf("write output: %w", err)}
	}
	r.received++
	if receipt.Err != "" {
		r.refused++
	}
	if r.received == r.count {
		close(r.done)
	}
}

func (r *receiver) print(receipt listener.Receipt) error {
	view := viewReceipt(r.platform, receipt)
	switch {
	case r.process.output != formatText:
		return r.process.encode(view, r.process.output == formatJSON)
	case r.brief:
		line := fmt.Sprintf("%s  %s %s  %s  %d bytes  %s  answered %s", clock(view.At), view.Method, view.Path, view.Event, view.Body.Size,
			verdict(r.platform, receipt), answered(receipt))
		_, err := io.WriteString(r.process.out, visibleLine(line)+"\n")
		return err
	default:
		return view.print(r.process.out, verdict(r.platform, receipt), answered(receipt))
	}
}

// wait returns when there were enough requests, the time is over or the user ends it.
func (r *receiver) wait(ctx context.Context, timeout time.Duration) error {
	var over <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		over = timer.C
	}
	var ended error
	select {
	case <-r.done:
	case <-over:
		ended = errTimedOut
	case <-ctx.Done():
		if r.count > 0 {
			ended = ctx.Err()
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.failed != nil:
		return r.failed
	case ended != nil:
		return fmt.Errorf("%w: %d of %s received", ended, r.received, plural(r.count, "request"))
	case r.count > 0 && r.refused > 0:
		return fmt.Errorf("%w: %s refused", errUnmet, plural(r.refused, "request"))
	}
	return nil
}

// runningListener is a reference listener on a port of this machine.
type runningListener struct {
	listener net.Listener
	server   *http.Server
	serving  sync.WaitGroup
}

// startListener opens the port and serves it.
func startListener(ctx context.Context, addr string, o listener.Options) (*runningListener, error) {
	handler, err := listener.New(o)
	if err != nil {
		return nil, err
	}
	if _, number, err := net.SplitHostPort(addr); err != nil || !isPort(number) {
		return nil, &usageError{fmt.Sprintf("--addr: %q is not host:port with a port from 0 to 65535", addr)}
	}
	var lc net.ListenConfig
	port, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, &localError{fmt.Errorf("--addr: %w", err)}
	}
	l := &runningListener{listener: port, server: listener.NewServer(handler)}
	// What Serve returns after Close says nothing; a port that breaks while it is used shows as requests that do not arrive.
	l.serving.Go(func() { _ = l.server.Serve(listener.Capture(port)) })
	return l, nil
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

func (l *runningListener) url() string { return "http://" + l.listener.Addr().String() + "/" }

// listenerGrace is how long answers may take to go out when a listener ends.
const listenerGrace = 500 * time.Millisecond

// stop lets answers go out and closes the port.
func (l *runningListener) stop(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), listenerGrace)
	defer cancel()
	if err := l.server.Shutdown(ctx); err != nil {
		_ = l.server.Close() // an answer that hangs on purpose
	}
	l.serving.Wait()
}
