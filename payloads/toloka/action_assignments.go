package toloka

import (
	"cmp"
	"slices"
	"strings"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// assign gives out suites, one for each Toloker.
func assign(t *turn) (*payloads.Object, error) {
	p, err := t.openedPool()
	if err != nil {
		return nil, err
	}
	first, err := t.take(p)
	if err != nil {
		return nil, err
	}
	ids, count := payloads.Array{first.ID}, int(t.Int("count"))
	for range count - 1 {
		a, err := t.take(p)
		if err != nil {
			return nil, err
		}
		if len(ids) < maxListed {
			ids = append(ids, a.ID)
		}
	}
	result := t.shown(first)
	result.Set("assignments", ids)
	result.Set("count", count)
	return result, nil
}

// take gives the oldest suite that wants one more Toloker to a new one; where there is none, the pool gets a new suite.
func (t *turn) take(p *pool) (*assignment, error) {
	at := slices.IndexFunc(t.world.Suites, func(s *suite) bool {
		return s.Pool == p.ID && s.Issued < p.Overlap && slices.ContainsFunc(s.Tasks, func(one task) bool { return !one.Aggregated })
	})
	var s *suite
	if at < 0 {
		s = t.world.newSuite(p, t.source, t.now)
	} else {
		s = t.world.Suites[at]
	}
	a := t.world.issue(s, t.source, t.now)
	return a, t.raiseFor(AssignmentCreated, a)
}

// send submits an active assignment, and accepts it where the pool does so by itself.
func (t *turn) send(a *assignment) error {
	a.submit(t.now)
	if err := t.raiseFor(AssignmentSubmitted, a); err != nil {
		return err
	}
	if p := t.world.pool(a.Pool); p == nil || !p.AutoAccept {
		return nil
	}
	return t.review(a, statusAccepted)
}

// review accepts or rejects an assignment.
func (t *turn) review(a *assignment, status string) error {
	a.Status, a.Changed = status, t.now
	if comment := t.String("comment"); comment != "" {
		a.Comment = comment
	}
	if status == statusRejected {
		return t.raiseFor(AssignmentRejected, a)
	}
	return t.raiseFor(AssignmentApproved, a)
}

// target is the assignment that the parameter names, or the oldest one of the first status in the pool, or a new one which is brought to that
// status. Only a named one may have another of the statuses.
func (t *turn) target(statuses ...string) (*assignment, error) {
	if id := t.String("assignment"); id != "" {
		return t.namedTarget(id, statuses)
	}
	p := t.pool()
	for _, a := range t.world.Assignments {
		if a.Pool == p.ID && a.Status == statuses[0] {
			return a, nil
		}
	}
	p, err := t.openedPool()
	if err != nil {
		return nil, err
	}
	a, err := t.take(p)
	if err != nil || statuses[0] == statusActive {
		return a, err
	}
	return a, t.send(a)
}

func (t *turn) namedTarget(id string, statuses []string) (*assignment, error) {
	a := t.world.assignment(id)
	if a == nil {
		if !t.Has("origin") {
			return nil, unknown("assignment", "assignment", id)
		}
		var err error
		if a, err = t.bringIn(id); err != nil {
			return nil, err
		}
	}
	if pool := t.String("pool"); pool != "" && pool != a.Pool {
		return nil, payloads.ParamErrorf("pool", "assignment %s is in pool %s", id, a.Pool)
	}
	if !slices.Contains(statuses, a.Status) {
		return nil, payloads.ParamErrorf("assignment", "assignment %s is %s; it must be %s", id, a.Status, strings.Join(statuses, " or "))
	}
	return a, nil
}

// bringIn adds an assignment that waits for its review and that the world knows from outside alone.
func (t *turn) bringIn(id string) (*assignment, error) {
	v, _ := t.Params.Get("origin")
	origin, ok := v.(*payloads.Object)
	if !ok {
		return nil, payloads.ParamErrorf("origin", "must be an object")
	}
	var texts [3]string
	for i, key := range [...]string{"task_suite_id", "pool_id", "project_id"} {
		v, _ := origin.Get(key)
		if texts[i], _ = v.(string); texts[i] == "" || len(texts[i]) > maxIDBytes {
			return nil, payloads.ParamErrorf("origin", "%s must be a string of 1 to %d bytes", key, maxIDBytes)
		}
	}
	v, _ = origin.Get("task_id")
	task, _ := v.(string)
	if len(task) > maxIDBytes {
		return nil, payloads.ParamErrorf("origin", "task_id must have at most %d bytes", maxIDBytes)
	}
	if len(id) > maxIDBytes {
		return nil, payloads.ParamErrorf("assignment", "must have at most %d bytes", maxIDBytes)
	}
	a := &assignment{
		ID: id, Suite: texts[0], Pool: texts[1], Project: texts[2], User: userOf(id), Status: statusSubmitted,
		Created: t.now, Changed: t.now, Sent: t.now, Task: task,
	}
	t.world.Assignments = append(t.world.Assignments, a)
	return a, nil
}

// maxIDBytes bounds the ids that come from outside.
const maxIDBytes = 100

// userOf is the Toloker of an assignment that the world did not give out.
func userOf(id string) string { return synth.New(0, textSeed(id)).Hex(userDigits) }

// shown is the result of an action on an assignment.
func (t *turn) shown(a *assignment) *payloads.Object {
	return payloads.Obj("id", a.ID, "assignment", a.ID, "status", a.Status, "pool", a.Pool, "suite", a.Suite,
		"task", cmp.Or(t.world.openTask(a.Suite), a.Task), "project", a.Project)
}

func submit(t *turn) (*payloads.Object, error) {
	a, err := t.target(statusActive)
	if err != nil {
		return nil, err
	}
	if err := t.send(a); err != nil {
		return nil, err
	}
	return t.shown(a), nil
}

// leave is skip and expire: the Toloker goes, and somebody else may take the suite.
func leave(status string) func(*turn) (*payloads.Object, error) {
	key := AssignmentSkipped
	if status == statusExpired {
		key = AssignmentExpired
	}
	return func(t *turn) (*payloads.Object, error) {
		a, err := t.target(statusActive)
		if err != nil {
			return nil, err
		}
		a.Status, a.Changed = status, t.now
		if s := t.world.suite(a.Suite); s != nil && s.Issued > 0 {
			s.Issued--
		}
		return t.shown(a), t.raiseFor(key, a)
	}
}

// approve accepts; in a pool that accepts by itself a new assignment is accepted already when it is submitted.
func approve(t *turn) (*payloads.Object, error) {
	a, err := t.target(statusSubmitted, statusRejected)
	if err != nil {
		return nil, err
	}
	if a.Status == statusAccepted {
		return t.shown(a), nil
	}
	if err := t.review(a, statusAccepted); err != nil {
		return nil, err
	}
	return t.shown(a), nil
}

func reject(t *turn) (*payloads.Object, error) {
	a, err := t.target(statusSubmitted)
	if err != nil {
		return nil, err
	}
	if a.Status == statusAccepted {
		return nil, payloads.ParamErrorf("pool", "pool %s accepts every answer by itself; name another pool", a.Pool)
	}
	if err := t.review(a, statusRejected); err != nil {
		return nil, err
	}
	return t.shown(a), nil
}
