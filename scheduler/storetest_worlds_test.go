package scheduler_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/annohook/annohook/scheduler"
)

// worldsOf tries the worlds of an engine.
type worldsOf struct {
	*testing.T
	scheduler.Worlds
}

func (w worldsOf) read(platform string, want scheduler.WorldState) int64 {
	w.Helper()
	got, err := w.World(w.Context(), platform)
	if version := got.Version; err == nil {
		got.Version = 0
		if diff := cmp.Diff(want, got); diff != "" {
			w.Errorf("world of %s at version %d (-want +got):\n%s", platform, version, diff)
		}
		return version
	}
	w.Fatal(err)
	return 0
}

func (w worldsOf) put(next scheduler.WorldState, want error) {
	w.Helper()
	if err := w.PutWorld(w.Context(), "a", next); !errors.Is(err, want) {
		w.Errorf("put %q over version %d: %v, want %v", next.State, next.Version, err, want)
	}
}

func TestWorldsAreComparedAndSet(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, s state) {
		t.Helper()
		w := worldsOf{t, s}
		if v := w.read("a", scheduler.WorldState{}); v != 0 {
			t.Errorf("a world that never was has version %d", v)
		}
		w.put(scheduler.WorldState{State: []byte("x"), Version: 1}, scheduler.ErrWorldChanged)
		first := []byte("{\"n\":\"\x00\xff\"}")
		w.put(scheduler.WorldState{State: first}, nil)
		want := scheduler.WorldState{State: []byte(string(first))}
		first[0] = 'X'
		one := w.read("a", want)
		w.put(scheduler.WorldState{State: []byte("late")}, scheduler.ErrWorldChanged)
		w.put(scheduler.WorldState{Version: one}, nil)
		two := w.read("a", scheduler.WorldState{})
		w.put(scheduler.WorldState{State: []byte("older")}, scheduler.ErrWorldChanged)
		w.put(scheduler.WorldState{State: []byte("older"), Version: one}, scheduler.ErrWorldChanged)
		w.put(scheduler.WorldState{State: []byte("{}"), Version: two}, nil)
		three := w.read("a", scheduler.WorldState{State: []byte("{}")})
		if one == 0 || one >= two || two >= three {
			t.Errorf("versions %d, %d, %d do not grow", one, two, three)
		}
		w.read("b", scheduler.WorldState{})
	})
}

func TestAWorldThatOwesDoesNotChange(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, s state) {
		t.Helper()
		w := worldsOf{t, s}
		owing := func(want map[string]int64) {
			t.Helper()
			if got, err := s.Owing(t.Context()); err != nil || !cmp.Equal(want, got) {
				t.Errorf("owing %v, error %v, want %v", got, err, want)
			}
		}
		owing(map[string]int64{})
		debt := scheduler.WorldState{State: []byte("{}"), Owed: []byte("two\nlines \x00\xff")}
		w.put(debt, nil)
		version := w.read("a", scheduler.WorldState{State: debt.State, Owed: debt.Owed})
		owing(map[string]int64{"a": version})
		w.put(scheduler.WorldState{State: []byte("next"), Version: version}, scheduler.ErrWorldChanged)
		for _, other := range []int64{version - 1, version + 1, 10*version + 1} {
			if err := s.Paid(t.Context(), "a", other); err != nil {
				t.Error(err)
			}
		}
		w.read("a", scheduler.WorldState{State: debt.State, Owed: debt.Owed})
		for range 2 { // the answer to the first may be lost
			if err := s.Paid(t.Context(), "a", version); err != nil {
				t.Error(err)
			}
		}
		owing(map[string]int64{})
		if again := w.read("a", scheduler.WorldState{State: debt.State}); again != version {
			t.Errorf("paying made version %d of %d", again, version)
		}
		w.put(scheduler.WorldState{State: []byte("next"), Version: version}, nil)
		w.read("a", scheduler.WorldState{State: []byte("next")})
	})
}

func TestWritersOfAWorldLoseNothing(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, s state) {
		t.Helper()
		const writers, rounds = 8, 20
		var group errgroup.Group
		for range writers {
			group.Go(func() error {
				for done := 0; done < rounds; {
					w, err := s.World(t.Context(), "a")
					if err != nil {
						return err
					}
					w.State = append(w.State, 'x')
					err = s.PutWorld(t.Context(), "a", w)
					switch {
					case err == nil:
						done++
					case !errors.Is(err, scheduler.ErrWorldChanged):
						return err
					}
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		if w, err := s.World(t.Context(), "a"); len(w.State) != writers*rounds || err != nil {
			t.Errorf("%d writes are left of %d, error %v", len(w.State), writers*rounds, err)
		}
	})
}

func TestWorldsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, s state) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, errWorld := s.World(ctx, "a")
		_, errOwing := s.Owing(ctx)
		put := s.PutWorld(ctx, "a", scheduler.WorldState{State: []byte("{}"), Owed: []byte("x")})
		for _, err := range []error{errWorld, errOwing, put, s.Paid(ctx, "a", 1)} {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
		}
		worldsOf{t, s}.read("a", scheduler.WorldState{})
	})
}
