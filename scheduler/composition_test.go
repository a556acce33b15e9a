package scheduler_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/scheduler"
)

func TestCompositionsAreKeptByName(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, s state) {
		t.Helper()
		ctx := t.Context()
		at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("elsewhere", 3600))
		save := func(name, state string) {
			t.Helper()
			if err := s.SaveComposition(ctx, scheduler.Composition{Name: name, State: state, SavedAt: at}); err != nil {
				t.Fatal(err)
			}
		}
		if list, err := s.Compositions(ctx); err != nil || len(list) != 0 {
			t.Errorf("at first: %v, error %v", list, err)
		}
		save("späte Antwort", "a=1&b=ü\n")
		save("early", "x")
		save("early", "y")
		want := []scheduler.Composition{{Name: "early", State: "y", SavedAt: at.UTC()}, {Name: "späte Antwort", State: "a=1&b=ü\n", SavedAt: at.UTC()}}
		got, err := s.Compositions(ctx)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("error %v, list (-want +got):\n%s", err, diff)
		}
		one, err := s.Composition(ctx, "späte Antwort")
		if diff := cmp.Diff(want[1], one); diff != "" || err != nil {
			t.Errorf("error %v, one (-want +got):\n%s", err, diff)
		}
		if err := errors.Join(s.DeleteComposition(ctx, "early"), s.DeleteComposition(ctx, "early")); err != nil {
			t.Error(err)
		}
		if _, err := s.Composition(ctx, "early"); !errors.Is(err, scheduler.ErrNoComposition) {
			t.Errorf("a deleted one: %v", err)
		}
	})
}

func TestCompositionsAreBounded(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, s state) {
		t.Helper()
		ctx := t.Context()
		for name, c := range map[string]scheduler.Composition{
			"no name":      {},
			"spaces":       {Name: " a"},
			"control":      {Name: "a\nb"},
			"direction":    {Name: "a\u202eb"},
			"broken UTF-8": {Name: "a\xff"},
			"long name":    {Name: strings.Repeat("ü", scheduler.MaxCompositionNameRunes+1)},
			"large":        {Name: "a", State: strings.Repeat("x", scheduler.MaxCompositionBytes+1)},
		} {
			if _, ok := errors.AsType[*scheduler.InvalidError](s.SaveComposition(ctx, c)); !ok {
				t.Errorf("%s is taken", name)
			}
		}
		for i := range scheduler.MaxCompositions {
			if err := s.SaveComposition(ctx, scheduler.Composition{Name: strconv.Itoa(i)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.SaveComposition(ctx, scheduler.Composition{Name: "one more"}); !errors.Is(err, scheduler.ErrCompositionsFull) {
			t.Errorf("one too many: %v", err)
		}
		if err := s.SaveComposition(ctx, scheduler.Composition{Name: "7", State: "new"}); err != nil {
			t.Errorf("replacing when full: %v", err)
		}
		if err := s.DeleteComposition(ctx, "8"); err != nil {
			t.Fatal(err)
		}
		if err := s.SaveComposition(ctx, scheduler.Composition{Name: "one more"}); err != nil {
			t.Errorf("after deleting: %v", err)
		}
	})
}
