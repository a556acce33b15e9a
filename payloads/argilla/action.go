package argilla

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// Names of parameters that several actions take.
const (
	paramDataset  = "dataset"
	paramRecord   = "record"
	paramResponse = "response"
	paramUser     = "user"
	paramStatus   = "status"
	paramCount    = "count"
	paramValues   = "values"
)

// actions lists what users of Argilla do, in the order in which a project goes on.
func actions() []payloads.Action {
	return []payloads.Action{
		createDatasetAction(), updateDatasetAction(), publishDatasetAction(), deleteDatasetAction(),
		addRecordsAction(), logRecordsAction(), updateRecordAction(), deleteRecordsAction(),
		submitResponseAction(), updateResponseAction(), deleteResponseAction(),
	}
}

// run is one action being carried out on a state.
type run struct {
	payloads.ActionInput
	state  *state
	src    *synth.Source // of the small uneven waits
	start  micros
	span   time.Duration // that the action really takes
	scale  float64       // of the usual waits, 1 where there is room for them
	raised []payloads.Raised
	err    error
}

func newRun(in payloads.ActionInput) (*run, error) {
	s, err := readState(in.World, in.Now)
	if err != nil {
		return nil, err
	}
	now := microsOf(in.Now)
	return &run{ActionInput: in, state: s, src: synth.New(in.Seed, in.Seed), start: now, scale: 1}, nil
}

// begin lays the action out so that it ends at its moment. Where the action before it ended less than usual ago, it is quicker than
// usual, so that nothing overlaps; an action at the very moment of the one before takes its usual time.
func (r *run) begin(usual time.Duration) {
	usual += r.src.Duration(0, 3*time.Millisecond)
	now := microsOf(r.Now)
	room := time.Duration(now-r.state.Last) * time.Microsecond
	r.span, r.scale = usual, 1
	if room > 0 && room < usual {
		r.span, r.scale = room, float64(room)/float64(usual)
	}
	r.start = now.add(-r.span)
}

// at is the moment that lies usual after the beginning.
func (r *run) at(usual time.Duration) micros {
	return r.start.add(min(time.Duration(float64(usual)*r.scale), r.span))
}

func (r *run) seed() uint64 { return r.state.newSeed(r.Seed) }

// raise adds an event.
func (r *run) raise(key string, at micros, s subject) {
	text, err := json.Marshal(s)
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("keep the subject of %s: %w", key, err)
	}
	r.raised = append(r.raised, payloads.Raised{Type: key, At: at.time(), Subject: text})
}

// effect ends the action.
func (r *run) effect(result *payloads.Object) (payloads.Effect, error) {
	r.state.Last = max(r.state.Last, microsOf(r.Now))
	world, err := r.state.write()
	if r.err != nil {
		err = r.err
	}
	if err != nil {
		return payloads.Effect{}, err
	}
	return payloads.Effect{World: world, Result: result, Raised: r.raised}, nil
}

// do makes the function of an action from one that works on a run and returns the result.
func do(work func(*run) (*payloads.Object, error)) func(payloads.ActionInput) (payloads.Effect, error) {
	return func(in payloads.ActionInput) (payloads.Effect, error) {
		r, err := newRun(in)
		if err != nil {
			return payloads.Effect{}, err
		}
		result, err := work(r)
		if err != nil {
			return payloads.Effect{}, err
		}
		return r.effect(result)
	}
}

// eventLag lies between the commit of a change and the moment its event is made.
func (r *run) eventLag() time.Duration { return r.src.Duration(4*time.Millisecond, 9*time.Millisecond) }

// inspect shows a world to people.
func inspect(world []byte) (*payloads.Object, error) {
	s, err := readState(world, time.Time{})
	if err != nil {
		return nil, err
	}
	workspaces, users, datasets := payloads.Array{}, payloads.Array{}, payloads.Array{}
	records, responses := payloads.Array{}, payloads.Array{}
	for _, w := range s.Workspaces {
		workspaces = append(workspaces, payloads.Obj("id", w.id(), "name", w.Name))
	}
	names := map[uint64]string{}
	for _, u := range s.Users {
		names[u.Seed] = u.Username
		users = append(users, payloads.Obj("id", u.id(), "username", u.Username, "role", u.Role))
	}
	for _, d := range s.Datasets {
		pending := 0
		for _, rec := range d.Records {
			id := rec.id()
			if !rec.Completed {
				pending++
			}
			records = append(records, payloads.Obj("id", id, "dataset", d.Name, "status", rec.status(), "submitted", rec.submitted(), "responses", len(rec.Responses)))
			for _, a := range rec.Responses {
				responses = append(responses, payloads.Obj("id", a.id(), "record", id, "user", names[a.User], "status", a.Status))
			}
		}
		name := ""
		if w := s.workspace(d.Workspace); w != nil {
			name = w.Name
		}
		datasets = append(datasets, payloads.Obj("id", d.id(), "name", d.Name, "status", d.status(), "workspace", name,
			"min_submitted", d.Minimum, "records", len(d.Records), "pending", pending))
	}
	return payloads.Obj("workspaces", workspaces, "users", users, "datasets", datasets, "records", records, "responses", responses), nil
}
