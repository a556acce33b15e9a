package labelstudio_test

import (
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
)

// pace is a player whose actions follow each other so fast.
func pace(t testing.TB, gap time.Duration) *player {
	t.Helper()
	p := newPlayer(t)
	p.gap = gap
	return p
}

// TestTimesOfActionsAgree lets people and scripts do what needs something that was not there before, and checks that nothing is older
// than what it belongs to, nor younger than the moment of the action.
func TestTimesOfActionsAgree(t *testing.T) {
	t.Parallel()
	for _, gap := range []time.Duration{time.Millisecond, time.Second, 10 * time.Minute} {
		t.Run(gap.String(), func(t *testing.T) {
			t.Parallel()
			p := pace(t, gap)
			for _, name := range []string{"create-annotation", "update-annotation", "delete-tasks", "create-annotations-from-predictions", "update-label-link"} {
				p.do("create-project")
				checkTimes(t, p, p.do(name))
				checkTimes(t, p, p.do("import-tasks", "count", 500))
				checkTimes(t, p, p.do(name))
				if name == "create-annotation" {
					checkTimes(t, p, p.do(name, "assisted", true))
				}
			}
		})
	}
}

func checkTimes(t *testing.T, p *player, e payloads.Effect) {
	t.Helper()
	for _, r := range e.Raised {
		o := p.print("1.22", r)
		inOrder(t, r.Type+" project", o, p.now(), []string{"project", "created_at"}, []string{"project", "updated_at"})
		for _, thing := range []string{"tasks", "task", "annotation"} {
			if at(o, thing, "created_at") == nil { // a deletion tells ids alone
				continue
			}
			inOrder(t, r.Type+" "+thing, o, p.now(), []string{"project", "created_at"}, []string{thing, "created_at"}, []string{thing, "updated_at"})
		}
		if at(o, "annotation") != nil {
			inOrder(t, r.Type, o, p.now(), []string{"task", "created_at"}, []string{"annotation", "created_at"}, []string{"task", "updated_at"})
		}
		if at(o, "annotation", "prediction", "created_at") != nil {
			inOrder(t, r.Type, o, p.now(), []string{"task", "created_at"}, []string{"annotation", "prediction", "created_at"}, []string{"annotation", "created_at"})
		}
	}
}

// inOrder checks that the times at the paths do not go backwards, and that the last is not after the moment. Of a list, the first counts.
func inOrder(t *testing.T, name string, o *payloads.Object, moment time.Time, paths ...[]string) {
	t.Helper()
	var last time.Time
	for _, path := range paths {
		next := momentOf(t, o, path...)
		if next.Before(last) || next.After(moment) {
			t.Errorf("%s: %v is %v, after %v and at %v", name, path, next, last, moment)
		}
		last = next
	}
}
