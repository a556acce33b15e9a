package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/web/client"
)

const (
	// serverWait is how long a wait for a server lasts when nothing else is said.
	serverWait = 30 * time.Second
	// maxServerWait is how long one call of the API may wait.
	maxServerWait = 5 * time.Minute
)

// waitFlags say whether a command waits for its deliveries, and what must hold of them.
type waitFlags struct {
	wait    string
	timeout time.Duration
	expect  []string
}

func (f *waitFlags) add(cmd *cobra.Command, timeout string) {
	flags := cmd.Flags()
	flags.StringVar(&f.wait, "wait", "", "wait until every delivery is settled: the word settled, or for how long at most, such as 10s")
	flags.DurationVar(&f.timeout, "timeout", 0, timeout)
	flags.StringArrayVar(&f.expect, "expect", nil, "fail unless this holds of every delivery (implies --wait settled); can be repeated")
	values(cmd, "wait", func() []string { return []string{"settled", "10s"} })
	values(cmd, "expect", func() []string {
		return []string{"status=2xx", "latency<1s", "attempts=1", "outcome=succeeded", "signed"}
	})
}

// waiting is what the flags came to.
type waiting struct {
	expect   []expectation
	wait     bool          // until everything is settled
	timeout  time.Duration // of the wait; 0: none
	deadline time.Time     // set by withServer
}

// read reads --wait, which is the word settled or how long to wait for that, --timeout, and --expect. alone: --timeout may stand alone.
func (f *waitFlags) read(alone bool) (waiting, error) {
	w := waiting{timeout: f.timeout}
	var err error
	if w.expect, err = parseExpectations(f.expect); err != nil {
		return w, err
	}
	w.wait = f.wait != "" || len(w.expect) > 0
	if f.wait != "" && f.wait != "settled" {
		d, err := time.ParseDuration(f.wait)
		if err != nil || d <= 0 {
			return w, &usageError{fmt.Sprintf("--wait: %q is neither settled nor a duration such as 10s", f.wait)}
		}
		if f.timeout != 0 {
			return w, &usageError{"--wait with a duration and --timeout say the same; give one"}
		}
		w.timeout = d
	}
	if f.timeout < 0 || f.timeout > 0 && !w.wait && !alone {
		return w, &usageError{"--timeout: a positive duration, with --wait or --expect"}
	}
	return w, nil
}

// withServer fills in how long a server is waited for, from now on.
func (w waiting) withServer(now time.Time) waiting {
	if w.timeout == 0 {
		w.timeout = serverWait
	}
	w.deadline = now.Add(w.timeout)
	return w
}

// inOneCall is how long one call of the API waits.
func (w waiting) inOneCall() time.Duration { return min(w.timeout, maxServerWait) }

// settling waits for deliveries that a server makes, and judges them.
type settling struct {
	process *process
	client  *client.Client
	waiting waiting
}

// await waits until every delivery is settled or the time is over, prints them and judges.
func (s settling) await(ctx context.Context, ids []string, report *deliveryReport) error {
	open, err := s.collect(ctx, ids, report.add)
	if err != nil {
		return err
	}
	if err := report.finish(); err != nil {
		return err
	}
	return s.verdict(report.all, open)
}

// collect calls take for each delivery once it is settled, or as it is when the time is over, and returns how many of those there were.
func (s settling) collect(ctx context.Context, ids []string, take func(client.Delivery) error) (open int, err error) {
	for _, id := range ids {
		d, err := s.settle(ctx, id)
		if err != nil {
			return open, err
		}
		if !settled(d.Status) {
			open++
		}
		if err := take(d); err != nil {
			return open, err
		}
	}
	return open, nil
}

// verdict judges deliveries of which so many are not settled. What is expected and does not hold is said even when the time is over: it is
// the better answer.
func (s settling) verdict(all []client.Delivery, open int) error {
	if err := s.process.judge(s.waiting.expect, all); err != nil {
		return err
	}
	switch {
	case open > 0:
		return fmt.Errorf("%w: %s not settled after %s", errTimedOut, plural(open, "delivery"), s.waiting.timeout)
	case len(s.waiting.expect) > 0:
		return nil
	default:
		return s.process.judgeSuccess(all)
	}
}

// settle returns a delivery once it is settled, or as it is at the deadline.
func (s settling) settle(ctx context.Context, id string) (client.Delivery, error) {
	step := 20 * time.Millisecond
	for {
		d, err := s.client.Delivery(ctx, id)
		if err != nil || settled(d.Status) || !s.process.now().Before(s.waiting.deadline) {
			return d, err
		}
		if err := pause(ctx, step); err != nil {
			return d, err
		}
		step = min(step*3/2, time.Second)
	}
}

// settled reports whether a status, in the API's word, is final.
func settled(status string) bool { return history.Status(status).Settled() }
