package toloka

import "slices"

// forget brings the world back within its bounds. What an action has just touched stays, as it stands at the end of its list.
func (w *world) forget() {
	for len(w.Pools) > maxPools {
		at := max(0, slices.IndexFunc(w.Pools[:maxPools], func(p *pool) bool { return p.Status == statusClosed }))
		gone := w.Pools[at].ID
		w.Pools = slices.Delete(w.Pools, at, at+1)
		w.Suites = slices.DeleteFunc(w.Suites, func(s *suite) bool { return s.Pool == gone })
		w.Assignments = slices.DeleteFunc(w.Assignments, func(a *assignment) bool { return a.Pool == gone })
	}
	if excess := len(w.Assignments) - maxAssignments; excess > 0 {
		w.Assignments = slices.DeleteFunc(w.Assignments, func(a *assignment) bool {
			if excess > 0 && a.settled() {
				excess--
				return true
			}
			return false
		})
		w.Assignments = slices.Delete(w.Assignments, 0, excess)
	}
	w.forgetSuites()
}

// forgetSuites forgets the oldest suites that nobody works on, and then simply the oldest.
func (w *world) forgetSuites() {
	excess := len(w.Suites) - maxSuites
	if excess <= 0 {
		return
	}
	used := map[string]bool{}
	for _, a := range w.Assignments {
		used[a.Suite] = used[a.Suite] || !a.settled()
	}
	w.Suites = slices.DeleteFunc(w.Suites, func(s *suite) bool {
		if excess > 0 && !used[s.ID] {
			excess--
			return true
		}
		return false
	})
	w.Suites = slices.Delete(w.Suites, 0, excess)
}
