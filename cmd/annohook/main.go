package main

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-signals
		cancel()
		<-signals // whoever asks twice does not want to wait for the drain
		os.Exit(exitInterrupted)
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the program: it does what args ask for until that is done or ctx ends, and returns the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	dir, err := os.Getwd()
	if err != nil {
		dir = "" // no search for a configuration file then
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	p := &process{
		in: in, out: out, errOut: errOut, environ: os.Environ(), dir: dir, home: home,
		now: time.Now, random: rand.Reader, version: buildVersion(),
	}
	return p.run(ctx, args)
}

// buildVersion is the version of the module, or the revision it was built from.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= shortRevision {
			return "devel-" + s.Value[:shortRevision]
		}
	}
	return "devel"
}

// shortRevision is how much of a revision is shown.
const shortRevision = 12
