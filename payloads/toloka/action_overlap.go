package toloka

import (
	"github.com/annohook/annohook/payloads"
)

// agreed is the least confidence with which an action completes an overlap, as enough Tolokers agree then. That of a trigger may be as low as
// the documents' sample, 0.155.
const agreed = 0.6

// completeOverlap aggregates the answers to one task.
func completeOverlap(t *turn) (*payloads.Object, error) {
	s, one, err := t.taskToComplete()
	if err != nil {
		return nil, err
	}
	one.Aggregated = true
	project := t.world.projectOf(s.Pool)
	output, err := payloads.JSON(answerTo(project, one.ID))
	if err != nil {
		return nil, err
	}
	about := subject{
		Project: project, Pool: s.Pool, Task: one.ID, Assignments: t.world.answered(s), Output: output,
		Confidence: t.source.Float(agreed, 1, t.source.Int(2, 6)),
	}
	if err := t.raise(DynamicOverlapCompleted, about); err != nil {
		return nil, err
	}
	var listed payloads.Array
	for _, id := range about.Assignments[:min(len(about.Assignments), maxListed)] {
		listed = append(listed, id)
	}
	return payloads.Obj("id", one.ID, "task", one.ID, "pool", s.Pool, "suite", s.ID, "project", project,
		"confidence", about.Confidence, "assignments", listed, "count", len(about.Assignments)), nil
}

// answered lists the assignments of a suite that have an answer.
func (w *world) answered(s *suite) []string {
	var ids []string
	for _, a := range w.Assignments {
		if a.Suite == s.ID && a.finished() {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// taskToComplete is the named task, or the oldest one of the pool that has answers and no aggregated one; where there is none, Tolokers
// come and answer a new suite.
func (t *turn) taskToComplete() (*suite, *task, error) {
	if id := t.String("task"); id != "" {
		return t.namedTask(id)
	}
	p := t.pool()
	for _, s := range t.world.Suites {
		if s.Pool != p.ID || len(t.world.answered(s)) == 0 {
			continue
		}
		for i := range s.Tasks {
			if !s.Tasks[i].Aggregated {
				return s, &s.Tasks[i], nil
			}
		}
	}
	p, err := t.openedPool()
	if err != nil {
		return nil, nil, err
	}
	s := t.world.newSuite(p, t.source, t.now)
	for range min(p.Overlap, 2) {
		a := t.world.issue(s, t.source, t.now)
		if err := t.raiseFor(AssignmentCreated, a); err != nil {
			return nil, nil, err
		}
		if err := t.send(a); err != nil {
			return nil, nil, err
		}
	}
	return s, &s.Tasks[0], nil
}

func (t *turn) namedTask(id string) (*suite, *task, error) {
	s, one := t.world.task(id)
	switch {
	case one == nil:
		return nil, nil, unknown("task", "task", id)
	case one.Aggregated:
		return nil, nil, payloads.ParamErrorf("task", "the overlap of task %s is complete already; name another task or none", id)
	case len(t.world.answered(s)) == 0:
		return nil, nil, payloads.ParamErrorf("task", "nobody has answered task %s; %s and %s first", id, ActionAssign, ActionSubmit)
	}
	if pool := t.String("pool"); pool != "" && pool != s.Pool {
		return nil, nil, payloads.ParamErrorf("pool", "task %s is in pool %s", id, s.Pool)
	}
	return s, one, nil
}
