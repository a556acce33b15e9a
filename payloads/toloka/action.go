package toloka

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// Names of the actions.
const (
	ActionCreatePool      = "create-pool"
	ActionOpenPool        = "open-pool"
	ActionClosePool       = "close-pool"
	ActionAssign          = "assign"
	ActionSubmit          = "submit"
	ActionSkip            = "skip"
	ActionExpire          = "expire"
	ActionApprove         = "approve"
	ActionReject          = "reject"
	ActionCompleteOverlap = "complete-overlap"
)

// Bounds of parameters.
const (
	maxCount        = 100
	maxCommentRunes = 200
	maxNameRunes    = 100
	maxOverlap      = 100
	maxListed       = 20 // ids in a result
)

func actions() []payloads.Action {
	pool := param("pool", "The pool; any id may be named, one that the world does not know is made and opened. Without it the one opened or made last.")
	pool.Min, pool.Max = 1, maxPoolIDChars
	origin := payloads.Param{Name: "origin", Kind: payloads.KindObject, Summary: "Brings an assignment in that only a trigger has named: " +
		"its task_suite_id, pool_id and project_id, and task_id where that is known, as the event shows them."}
	comment := param("comment", "The public comment that the Toloker reads.")
	comment.Max = maxCommentRunes
	return []payloads.Action{
		action(ActionCreatePool, "Create a pool", "A requester makes a pool, which is closed at first. No event.", createPool, nil,
			named(pool, "id", "Its id; without it the next number."), text("name", "Its name.", maxNameRunes),
			payloads.Param{Name: "auto_accept", Kind: payloads.KindBoolean, Default: "false", Summary: "Answers are accepted as soon as they are submitted."},
			payloads.Param{Name: "overlap", Kind: payloads.KindInteger, Default: "3", Min: 1, Max: maxOverlap, Summary: "How many Tolokers do each suite."}),
		action(ActionOpenPool, "Open a pool", "A requester opens a pool; nothing happens where it is open. No event.", openPool, nil, pool),
		action(ActionClosePool, "Close a pool", "A pool is closed. Assignments that have begun stay active.", closePool, []string{PoolClosed}, pool,
			payloads.Param{Name: "reason", Kind: payloads.KindString, Default: `"MANUAL"`, Values: reasonNames(), Summary: "Why it is closed."}),
		action(ActionAssign, "Give out suites", "Tolokers take task suites of an open pool, each one a suite.", assign, []string{AssignmentCreated}, pool,
			payloads.Param{Name: "count", Kind: payloads.KindInteger, Default: "1", Min: 1, Max: maxCount, Summary: "How many of them."}),
		action(ActionSubmit, "Submit an assignment", "A Toloker sends the answers in; a pool with auto_accept accepts them in the same moment.", submit,
			[]string{AssignmentCreated, AssignmentSubmitted, AssignmentApproved}, target(statusActive), pool),
		action(ActionSkip, "Skip an assignment", "A Toloker skips the suite and does not come back to it.", leave(statusSkipped),
			[]string{AssignmentCreated, AssignmentSkipped}, target(statusActive), pool),
		action(ActionExpire, "Let an assignment expire", "The time runs out, or the Toloker gives the suite up.", leave(statusExpired),
			[]string{AssignmentCreated, AssignmentExpired}, target(statusActive), pool),
		action(ActionApprove, "Approve an assignment", "The requester accepts the answers, those rejected before included.", approve,
			[]string{AssignmentCreated, AssignmentSubmitted, AssignmentApproved}, target(statusSubmitted+" or "+statusRejected), pool, comment, origin),
		action(ActionReject, "Reject an assignment", "The requester rejects the answers.", reject,
			[]string{AssignmentCreated, AssignmentSubmitted, AssignmentRejected}, target(statusSubmitted), pool, comment, origin),
		action(ActionCompleteOverlap, "Complete the overlap of a task", "Enough Tolokers agree on a task, so its aggregated answer is there.", completeOverlap,
			[]string{AssignmentCreated, AssignmentSubmitted, AssignmentApproved, DynamicOverlapCompleted},
			param("task", "The task; without it the oldest one with answers in the pool."), pool),
	}
}

func action(name, title, summary string, do func(*turn) (*payloads.Object, error), raises []string, params ...payloads.Param) payloads.Action {
	return payloads.Action{
		Name: name, Title: title, Summary: summary, Params: params, Raises: raises,
		Fidelity: payloads.Assumed, Source: sourceActions, Do: perform(do),
	}
}

const sourceActions = "docs: using-webhook-subscriptions names the occasion of each event type (Toloka/docs@c28c2aca); number and order are inferred"

func param(name, summary string) payloads.Param {
	return payloads.Param{Name: name, Kind: payloads.KindString, Summary: summary}
}

func named(p payloads.Param, name, summary string) payloads.Param {
	p.Name, p.Summary = name, summary
	return p
}

func text(name, summary string, most int64) payloads.Param {
	p := param(name, summary)
	p.Max = most
	return p
}

// target is the parameter for the assignment of an action.
func target(statuses string) payloads.Param {
	return param("assignment", "The assignment, which is "+statuses+"; without it the oldest of the first kind in the pool, and where there is none, a new Toloker provides it.")
}

func reasonNames() []string {
	var names []string
	for _, v := range closeReasons() {
		names = append(names, v.Name)
	}
	return names
}

// turn is one action at work.
type turn struct {
	payloads.ActionInput

	world  *world
	now    time.Time // to the millisecond
	source *synth.Source
	raised []payloads.Raised
}

// perform makes the Do of an action: it reads the world, acts, forgets what is too much and writes the world.
func perform(do func(*turn) (*payloads.Object, error)) func(payloads.ActionInput) (payloads.Effect, error) {
	return func(in payloads.ActionInput) (payloads.Effect, error) {
		w, err := loadWorld(in.World)
		if err != nil {
			return payloads.Effect{}, err
		}
		t := &turn{ActionInput: in, world: w, now: in.Now.UTC().Truncate(time.Millisecond), source: synth.New(in.Seed, in.Seed)}
		result, err := do(t)
		if err != nil {
			return payloads.Effect{}, err
		}
		w.forget()
		data, err := json.Marshal(w)
		if err != nil {
			return payloads.Effect{}, fmt.Errorf("write the world of toloka: %w", err)
		}
		return payloads.Effect{World: data, Result: result, Raised: t.raised}, nil
	}
}

// raise notes an event about s.
func (t *turn) raise(key string, s subject) error {
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("write the subject of %s: %w", key, err)
	}
	t.raised = append(t.raised, payloads.Raised{Type: key, Variant: s.Reason, Subject: data})
	return nil
}

// raiseFor notes an event about an assignment.
func (t *turn) raiseFor(key string, a *assignment) error {
	return t.raise(key, subject{Project: a.Project, Pool: a.Pool, Suite: a.Suite, Assignment: a.ID})
}

// unknown is the error for an id that the world does not have.
func unknown(name, what, id string) error {
	return payloads.ParamErrorf(name, "no %s has the id %q; GET /api/v1/platforms/%s/world lists them", what, id, ID)
}

// pool is the pool that the parameter names, which is made and opened if it is new, or the current one.
func (t *turn) pool() *pool {
	if id := t.String("pool"); id != "" {
		p := t.world.pool(id)
		if p == nil {
			p = t.world.newPool(id, t.now)
			t.world.open(p, t.now)
		}
		return p
	}
	if p := t.world.current(); p != nil {
		return p
	}
	return t.world.newPool("", t.now)
}

// openedPool is pool for what needs an open one: a closed pool is opened, unless the user named it.
func (t *turn) openedPool() (*pool, error) {
	p := t.pool()
	if p.Status == statusOpen {
		return p, nil
	}
	if t.Has("pool") {
		return nil, payloads.ParamErrorf("pool", "pool %s is closed; %s opens it", p.ID, ActionOpenPool)
	}
	t.world.open(p, t.now)
	return p, nil
}
