package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest/invented"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
)

func TestResetMakesTheWorldFresh(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.act(invented.AddNotes, payloads.Obj("count", int64(2)))
	for range 2 {
		if err := r.ResetWorld(t.Context(), invented.ID); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"1 A"}, r.notes()); diff != "" {
			t.Errorf("world (-want +got):\n%s", diff)
		}
	}
	r.act(invented.AddNotes, nil)
	if diff := cmp.Diff([]string{"1 A", "2 A"}, r.notes()); diff != "" {
		t.Errorf("world (-want +got):\n%s", diff)
	}
	_, errWorld := r.World(t.Context(), "nowhere")
	for _, err := range []error{errWorld, r.ResetWorld(t.Context(), "nowhere")} {
		if wrong, ok := errors.AsType[*scheduler.InvalidError](err); !ok || wrong.Problems[0].Field != "platform" {
			t.Errorf("error %v", err)
		}
	}
}

// TestProcessesActingAtTheSameTimeLoseNothing has two schedulers, as two processes have, on one world and one history.
func TestProcessesActingAtTheSameTimeLoseNothing(t *testing.T) {
	t.Parallel()
	one := newRig(t)
	two := newRig(t, func(o *scheduler.Options) {
		o.Worlds, o.Subscriptions, o.History = one.workers, one.store, one.history
		o.Random = rand.NewChaCha8([32]byte{2})
	})
	one.subscribe(alone)
	const each = 20
	var group errgroup.Group
	for _, s := range []*scheduler.Scheduler{one.Scheduler, two.Scheduler} {
		for range 2 {
			group.Go(func() error {
				for range each {
					if _, err := s.Act(t.Context(), scheduler.Act{Platform: invented.ID, Action: invented.AddNotes}); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if notes := one.notes(); notes[len(notes)-1] != fmt.Sprint(4*each+1, " A") {
		t.Errorf("the newest note is %s", notes[len(notes)-1])
	}
	page, err := one.history.Events(t.Context(), invented.ID, "", history.MaxPage)
	if err != nil {
		t.Fatal(err)
	}
	subjects := map[string]bool{}
	for _, e := range page.Items {
		subjects[string(e.Subject)[:12]] = true
	}
	if len(page.Items) != 4*each || len(subjects) != 4*each {
		t.Errorf("%d events about %d notes, want %d", len(page.Items), len(subjects), 4*each)
	}
}

// contested is a world that somebody else changes each time it is about to be stored, so many times.
type contested struct {
	scheduler.Worlds
	times int
}

func (c *contested) PutWorld(ctx context.Context, platform string, next scheduler.WorldState) error {
	if c.times > 0 {
		c.times--
		other := scheduler.WorldState{State: []byte(`{"last":10,"notes":[{"id":"10","text":"","box":"B"}]}`), Version: next.Version}
		if err := c.Worlds.PutWorld(ctx, platform, other); err != nil {
			return err
		}
	}
	return c.Worlds.PutWorld(ctx, platform, next)
}

func TestAnActionIsDoneAgainOnAWorldThatChanged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(o *scheduler.Options) { o.Worlds = &contested{Worlds: scheduler.NewMemory(o.Now), times: 1000} })
		r.subscribe(alone)
		acted := r.act(invented.AddNotes, nil)
		if diff := cmp.Diff([]string{"10 B", "11 A"}, r.notes()); diff != "" || len(acted.Events) != 1 {
			t.Errorf("%d events, world (-want +got):\n%s", len(acted.Events), diff)
		}
	})
}

func TestAChangeOfAWorldThatIsNeverFreeIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(o *scheduler.Options) {
			o.Worlds = &contested{Worlds: scheduler.NewMemory(o.Now), times: math.MaxInt}
		})
		_, errAct := r.Act(t.Context(), scheduler.Act{Platform: invented.ID, Action: invented.AddNotes})
		errReset := r.ResetWorld(t.Context(), invented.ID)
		for _, err := range []error{errAct, errReset} {
			if !errors.Is(err, scheduler.ErrWorldChanged) || !strings.Contains(err.Error(), "try again") {
				t.Errorf("error %v", err)
			}
		}
		if page, err := r.history.Events(t.Context(), "", "", 10); err != nil || len(page.Items) != 0 {
			t.Errorf("an action that never got through left %+v, error %v", page.Items, err)
		}
	})
}

func TestFaultyActionsStoreNothing(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(payloads.ActionInput) (payloads.Effect, error){
		"an error": func(payloads.ActionInput) (payloads.Effect, error) { return payloads.Effect{}, errBroken },
		"no world": func(payloads.ActionInput) (payloads.Effect, error) { return payloads.Effect{}, nil },
		"a world too large": func(payloads.ActionInput) (payloads.Effect, error) {
			return payloads.Effect{World: []byte(`"` + strings.Repeat("x", payloads.MaxWorldBytes) + `"`)}, nil
		},
		"no JSON":             raising("{", invented.NoteAdded, "{}"),
		"an unknown type":     raising("{}", "note.lost", "{}"),
		"no subject":          raising("{}", invented.NoteAdded, ""),
		"an unread subject":   raising("{}", invented.NoteAdded, "{"),
		"too large a subject": raising("{}", invented.NoteAdded, strings.Repeat("x", payloads.MaxWorldBytes+1)),
	} {
		r := newRig(t, withAction(t, do))
		r.subscribe(alone)
		_, err := r.Act(t.Context(), scheduler.Act{Platform: invented.ID, Action: invented.AddNotes})
		if _, wrong := errors.AsType[*scheduler.InvalidError](err); err == nil || wrong || !strings.Contains(err.Error(), invented.AddNotes) {
			t.Errorf("%s: %v", name, err)
		}
		w, errWorld := r.workers.World(t.Context(), invented.ID)
		page, errEvents := r.history.Events(t.Context(), "", "", 10)
		if w.State != nil || len(page.Items) != 0 || errWorld != nil || errEvents != nil {
			t.Errorf("%s: left the world %q and %d events", name, w.State, len(page.Items))
		}
	}
}

// raising is an action with the world and one event given.
func raising(world, eventType, subject string) func(payloads.ActionInput) (payloads.Effect, error) {
	return func(payloads.ActionInput) (payloads.Effect, error) {
		return payloads.Effect{World: []byte(world), Raised: []payloads.Raised{{Type: eventType, Subject: []byte(subject)}}}, nil
	}
}

// withAction replaces what the first action of every profile does.
func withAction(t *testing.T, do func(payloads.ActionInput) (payloads.Effect, error)) func(*scheduler.Options) {
	t.Helper()
	return func(o *scheduler.Options) {
		profiles := invented.Platforms()
		for _, p := range profiles {
			p.Actions[0].Do = do
		}
		registry, err := payloads.NewRegistry(profiles)
		if err != nil {
			t.Fatal(err)
		}
		o.Registry = registry
	}
}

func TestAnActionWithoutEventsOrChange(t *testing.T) {
	t.Parallel()
	r := newRig(t, withAction(t, func(payloads.ActionInput) (payloads.Effect, error) {
		return payloads.Effect{World: []byte(`{"last":1}`)}, nil
	}))
	for range 2 {
		acted := r.act(invented.AddNotes, nil)
		if len(acted.Raised) != 0 || acted.Result == nil || len(acted.Events) != 0 {
			t.Errorf("acted %+v", acted)
		}
	}
	if w, err := r.workers.World(t.Context(), invented.ID); w.Version != 1 || err != nil {
		t.Errorf("the same world was stored again: version %d, error %v", w.Version, err)
	}
}

func TestRecordedEventsSurviveACallerWhoLeaves(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(t.Context())
	r := newRig(t, func(o *scheduler.Options) { o.Worlds = &leaving{Worlds: scheduler.NewMemory(o.Now), leave: leave} })
	r.subscribe(alone)
	acted, err := r.Act(ctx, scheduler.Act{Platform: invented.ID, Action: invented.AddNotes})
	if err != nil || len(acted.Deliveries) != 1 {
		t.Fatalf("acted %+v, error %v", acted, err)
	}
	r.drain()
	r.wantStatus(acted.Deliveries[0].ID, history.Succeeded)
	if _, err := r.Act(ctx, scheduler.Act{Platform: invented.ID, Action: invented.AddNotes}); !errors.Is(err, context.Canceled) {
		t.Errorf("an action of a caller who left before: %v", err)
	}
}

// leaving is a world whose caller leaves while it is being stored: it is stored, and what heeds the caller does not hear of it.
type leaving struct {
	scheduler.Worlds
	leave func()
}

func (l *leaving) PutWorld(ctx context.Context, platform string, next scheduler.WorldState) error {
	l.leave()
	if err := l.Worlds.PutWorld(context.WithoutCancel(ctx), platform, next); err != nil {
		return err
	}
	return ctx.Err()
}
