package datasaur

import (
	"slices"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// Values of the parameter change.
const (
	changePut    = "put"
	changeRemove = "remove"
)

func updateLabels(in payloads.ActionInput) (payloads.Effect, error) {
	st, err := readState(in.World)
	if err != nil {
		return payloads.Effect{}, err
	}
	p, err := st.chosen(in, (*projectState).open, (*projectState).any)
	if err != nil {
		return payloads.Effect{}, err
	}
	e := editing{state: st, project: p, source: synth.New(in.Seed, in.Seed)}
	if err := e.begin(in); err != nil {
		return payloads.Effect{}, err
	}
	p.takenUp(e.by.ID)
	count := int(in.Int("edits"))
	raised := make([]payloads.Raised, count)
	for i := range raised {
		if raised[i], err = e.edit(in.String("change"), in.Now.UTC().Add(time.Duration(i)*spacing)); err != nil {
			return payloads.Effect{}, err
		}
	}
	return st.effect(payloads.Obj(
		"id", e.last, "document", e.last, "project", p.ID, "by", userID(e.by.ID), "status", p.status(), "edits", count,
	), raised...)
}

// chosen returns the project that the parameters name, or the newest that fits.
func (st *state) chosen(in payloads.ActionInput, wishes ...func(*projectState) bool) (*projectState, error) {
	if in.Has("project") {
		return st.named(in.String("project"))
	}
	if in.Has("document") {
		for i := range st.Projects {
			if p := &st.Projects[i]; p.document(in.String("document")) >= 0 {
				return p, nil
			}
		}
		return nil, unknownDocument(in)
	}
	return st.newest(wishes...)
}

func unknownDocument(in payloads.ActionInput) error {
	return payloads.ParamErrorf("document", "no such document has the id %q; GET /api/v1/platforms/datasaur/world lists them", in.String("document"))
}

// document returns the index of the document that has an id or of which it is a copy; -1: there is none.
func (p *projectState) document(id string) int {
	return slices.IndexFunc(p.Documents, func(d documentState) bool { return d.Origin == id || d.copy(id) >= 0 })
}

func (d *documentState) copy(id string) int {
	return slices.IndexFunc(d.Copies, func(c copyState) bool { return c.ID == id })
}

// takenUp notes that a person works on the project again: it is not completed any more.
func (p *projectState) takenUp(person int64) {
	p.Reviewed = false
	if person == p.Reviewer && !slices.Contains(p.Labelers, person) {
		p.Reviewing = true
		return
	}
	p.Done = slices.DeleteFunc(p.Done, func(id int64) bool { return id == person })
}

// editing is a person at work on the labels of a project.
type editing struct {
	state   *state
	project *projectState
	source  *synth.Source
	by      user
	at      int    // index of the person's copy in every document
	only    int    // index of the one document that is edited; -1: any
	last    string // id of the copy that was edited last
}

// begin finds out who edits which document.
func (e *editing) begin(in payloads.ActionInput) error {
	p := e.project
	e.only = -1
	by := p.nextLabeler()
	if in.Has("document") {
		if e.only = p.document(in.String("document")); e.only < 0 {
			return unknownDocument(in)
		}
		if c := p.Documents[e.only].copy(in.String("document")); c >= 0 {
			by = p.Documents[e.only].Copies[c].User
		}
	}
	if in.Has("by") {
		var ok bool
		if by, ok = e.state.member(p, in.String("by")); !ok {
			return payloads.ParamErrorf("by", "%q is neither a labeler nor the reviewer of project %s", in.String("by"), p.ID)
		}
	}
	e.by, e.at = e.state.person(by), p.copyOf(by)
	return nil
}

// nextLabeler is the first labeler who has not completed the project, else the first.
func (p *projectState) nextLabeler() int64 {
	for _, id := range p.Labelers {
		if !p.finished(id) {
			return id
		}
	}
	return p.Labelers[0]
}

// member finds a labeler or the reviewer of a project by id or address.
func (st *state) member(p *projectState, text string) (int64, bool) {
	for _, id := range append(slices.Clone(p.Labelers), p.Reviewer) {
		if userID(id) == text || strings.EqualFold(st.person(id).Email, text) {
			return id, true
		}
	}
	return 0, false
}

// edit makes one edit. Its event is sent before it is saved, so it shows the copy as it was saved before.
func (e *editing) edit(change string, at time.Time) (payloads.Raised, error) {
	d := e.pick(change)
	c := &d.Copies[e.at]
	about := subject{
		Team: e.state.Team, Project: e.project.project, Document: e.project.snapshot(d, c, at), By: e.by, Review: e.at == len(e.project.Labelers),
	}
	if change == changeRemove {
		about.Deleted = []label{e.remove(d, c)}
	} else {
		about.Upserted = []label{e.put(d, c)}
	}
	c.Saved, e.last = at, c.ID
	return raise(BeforeUpdateLabels, at, about)
}

// pick returns the first document with something left to do: a free spot, or a label to remove. Where there is none, any document serves.
func (e *editing) pick(change string) *documentState {
	docs := e.project.Documents
	if e.only >= 0 {
		return &docs[e.only]
	}
	for i := range docs {
		n := len(docs[i].Copies[e.at].Labels)
		if change == changeRemove && n > 0 || change == changePut && n < len(docs[i].Marks) {
			return &docs[i]
		}
	}
	return &docs[e.source.Int(0, len(docs)-1)]
}

// put labels the first free spot, or gives the label of some spot another item.
func (e *editing) put(d *documentState, c *copyState) label {
	for i, spot := range d.Marks {
		if !slices.ContainsFunc(c.Labels, func(l putOnSpot) bool { return l.Spot == i }) {
			c.Labels = append(c.Labels, putOnSpot{Spot: i, Item: spot.Item})
			return e.label(d, i, spot.Item)
		}
	}
	l := &c.Labels[e.source.Int(0, len(c.Labels)-1)]
	items := slices.DeleteFunc([]string{"geo", "tim", "org", "per", "prod"}, func(item string) bool { return item == l.Item })
	l.Item = synth.Pick(e.source, items...)
	return e.label(d, l.Spot, l.Item)
}

// remove takes away the label put last. From a copy without any it takes one that the machine had put, which is what has a confidence.
func (e *editing) remove(d *documentState, c *copyState) label {
	if last := len(c.Labels) - 1; last >= 0 {
		l := c.Labels[last]
		c.Labels = c.Labels[:last]
		return e.label(d, l.Spot, l.Item)
	}
	at := e.source.Int(0, len(d.Marks)-1)
	l := e.label(d, at, d.Marks[at].Item)
	score := newScore(e.source)
	l.Phase, l.Confidence = phasePrelabeled, &score
	return l
}

func (e *editing) label(d *documentState, spot int, item string) label {
	phase := phaseLabeler
	if e.at == len(e.project.Labelers) {
		phase = phaseReviewer
	}
	return label{Mark: d.Marks[spot].Mark, Item: item, Phase: phase, By: e.by.ID}
}
