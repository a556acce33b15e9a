package labelstudio

import (
	"fmt"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// shownIDs bounds the lists of ids in the result of an action.
const shownIDs = 20

// Names of parameters that several actions have.
const (
	paramProject    = "project"
	paramTask       = "task"
	paramAnnotation = "annotation"
	paramCount      = "count"
	paramLink       = "link"
)

// doing is one action at work.
type doing struct {
	in     payloads.ActionInput
	s      *state
	now    stamp  // of the change
	drawn  uint64 // seeds taken so far
	raised []payloads.Raised
	result *payloads.Object
}

// do makes the Do of an action from what it does to the world.
func do(deed func(*doing) error) func(payloads.ActionInput) (payloads.Effect, error) {
	return func(in payloads.ActionInput) (payloads.Effect, error) {
		s, err := readState(in.World)
		if err != nil {
			return payloads.Effect{}, err
		}
		d := &doing{in: in, s: s, now: stampOf(in.Now).after(-handling), result: payloads.Obj()}
		if err := deed(d); err != nil {
			return payloads.Effect{}, err
		}
		world, err := s.bytes()
		if err != nil {
			return payloads.Effect{}, err
		}
		return payloads.Effect{World: world, Result: d.result, Raised: d.raised}, nil
	}
}

// seed returns a seed for something new.
func (d *doing) seed() uint64 {
	d.drawn++
	return mix(d.in.Seed, d.drawn)
}

// source returns a source of content for something new.
func (d *doing) source() *synth.Source {
	s := d.seed()
	return synth.New(s, s)
}

// raise adds an event about a subject.
func (d *doing) raise(action string, s subject) error {
	data, err := marshal(s)
	if err != nil {
		return fmt.Errorf("raise %s: %w", action, err)
	}
	d.raised = append(d.raised, payloads.Raised{Type: action, Subject: data})
	return nil
}

// tell adds to the result of the action.
func (d *doing) tell(pairs ...any) {
	for _, m := range payloads.Obj(pairs...).Members() {
		d.result.Set(m.Key, m.Value)
	}
}

// project returns the project that the action is about: the one named, else the one worked on last, else the newest. Where there is none,
// one of texts is created.
func (d *doing) project() (*projectState, error) {
	if d.in.Has(paramProject) {
		id := d.in.Int(paramProject)
		p, ok := d.s.project(id)
		if !ok {
			return nil, unknown(paramProject, "project", id)
		}
		d.s.Current = id
		return p, nil
	}
	if p, ok := d.s.project(d.s.Current); ok {
		return p, nil
	}
	if p, ok := newest(d.s.Projects); ok {
		d.s.Current = p.ID
		return p, nil
	}
	p := d.found("", interfaceText)
	return p, d.raise(projectCreated, subject{Project: p.shot()})
}

// found creates a project; without a title it gets one.
func (d *doing) found(title, kind string) *projectState {
	src := d.source()
	if title == "" {
		title = drawWords(src).title(kindNamed(kind))
	}
	p := d.s.found(src, kind, title, d.now)
	p.LabelSet = src.Int(0, labelSets-1)
	p.Color = synth.Pick(src, "#FFFFFF", "#FF8559", "#F6C549", "#9AC422", "#51AAFD", "#7F64FF", "#D55C9D")
	return p
}

// earlier is when something happened that has to lie before the action: shortly before it, but behind what it follows itself.
func (d *doing) earlier(since stamp) stamp {
	if since >= d.now {
		return d.now
	}
	return max(d.now.after(-shortly), since+(d.now-since)/2)
}

// provide imports n tasks as somebody has to have done before the action.
func (d *doing) provide(p *projectState, n int) (*batch, error) {
	return d.bring(p, n, true, d.earlier(p.latest()))
}

// bring imports tasks and raises their event. The last of them is made at the end, the first not before its project, however many they are.
func (d *doing) bring(p *projectState, n int, file bool, end stamp) (*batch, error) {
	step := min(stamp(taskStep.Microseconds()), max(0, end-p.Created)/stamp(n))
	b := d.s.bring(p, n, d.seed(), end-stamp(n)*step, file)
	if step < stamp(taskStep.Microseconds()) {
		b.Squeezed = &step
	}
	shot := *b
	shot.Runs = nil
	return b, d.raise(tasksCreated, subject{Project: p.shot(), Import: &shot})
}

// unknown is the error for a number that nothing has.
func unknown(param, what string, id int64) error {
	return payloads.ParamErrorf(param, "no %s has the id %d; GET /api/v1/platforms/%s/world lists them", what, id, ID)
}

// homeOf finds the project of a task, and the task.
func (d *doing) homeOf(task int64) (*projectState, place, error) {
	for _, p := range d.s.Projects {
		if at, ok := p.task(task); ok {
			return p, at, d.inside(p, paramTask, task)
		}
	}
	return nil, place{}, unknown(paramTask, "task", task)
}

// inside makes the project of a thing that was named the one worked on. It refuses another project that was named beside it.
func (d *doing) inside(p *projectState, param string, id int64) error {
	if d.in.Has(paramProject) && d.in.Int(paramProject) != p.ID {
		return payloads.ParamErrorf(param, "%s %d is in project %d, not in project %d", param, id, p.ID, d.in.Int(paramProject))
	}
	d.s.Current = p.ID
	return nil
}

// shown lists ids for the result, the first of many.
func shown(list []span) payloads.Array {
	out := payloads.Array{}
	for _, s := range list {
		for i := 0; i < s.Count && len(out) < shownIDs; i++ {
			out = append(out, s.First+int64(i))
		}
	}
	return out
}
