package datasaur

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
)

// state is the world that actions change: one team, its people and its projects, the oldest first.
type state struct {
	Team      team           `json:"team"`
	Labelers  []user         `json:"labelers"`
	Reviewers []user         `json:"reviewers"`
	Admin     user           `json:"admin"` // who exports
	Projects  []projectState `json:"projects"`
}

// projectState is a project and how far its people are.
type projectState struct {
	project
	CreatedAt time.Time       `json:"created_at"`
	Labelers  []int64         `json:"labelers"`
	Reviewer  int64           `json:"reviewer"`
	Done      []int64         `json:"done,omitempty"`      // labelers who have marked it as completed
	Reviewing bool            `json:"reviewing,omitempty"` // the reviewer has put labels
	Reviewed  bool            `json:"reviewed,omitempty"`
	Documents []documentState `json:"documents"`
}

// documentState is a document with the places where labels belong, and everyone's copy of it.
type documentState struct {
	Origin string      `json:"origin"`
	File   string      `json:"file"`
	Marks  []spot      `json:"marks"`
	Copies []copyState `json:"copies"` // of the labelers in their order, then of the reviewer
}

// spot is a place where a label belongs, and the item that fits.
type spot struct {
	Mark mark   `json:"mark"`
	Item string `json:"item"`
}

// copyState is one person's copy of a document.
type copyState struct {
	ID     string      `json:"id"`
	User   int64       `json:"user"`
	Saved  time.Time   `json:"saved"`
	Labels []putOnSpot `json:"labels,omitempty"` // at most one for each spot
}

// putOnSpot is a label that is there.
type putOnSpot struct {
	Spot int    `json:"spot"` // index in Marks
	Item string `json:"item"`
}

// Bounds of a world. The fullest one, with names in the most expensive characters, is about 500 kB.
const (
	mostProjects    = 40
	mostDocuments   = 5
	mostLabelers    = 5
	mostReviewers   = 2
	mostNameRunes   = 200
	mostTagRunes    = 50
	mostProjectTags = 10
	mostEdits       = 100
)

// Status words of a project. Source: enum ProjectStatus in robosaur's generated schema.
const (
	statusCreated     = "CREATED"
	statusInProgress  = "IN_PROGRESS"
	statusReviewReady = "REVIEW_READY"
	statusInReview    = "IN_REVIEW"
	statusComplete    = "COMPLETE"
)

// readState reads a world as an earlier action left it; nil is a fresh one. What cannot be used is dropped, so no index is out of range.
func readState(world []byte) (*state, error) {
	if world == nil {
		return freshState(), nil
	}
	st := &state{}
	if err := json.Unmarshal(world, st); err != nil {
		return nil, fmt.Errorf("read the world of datasaur: %w", err)
	}
	if len(st.Labelers) == 0 || len(st.Reviewers) == 0 {
		return freshState(), nil
	}
	st.Projects = slices.DeleteFunc(st.Projects, func(p projectState) bool { return !p.usable() })
	return st, nil
}

// usable reports whether every document has a spot and a copy for everyone.
func (p *projectState) usable() bool {
	return len(p.Labelers) > 0 && len(p.Documents) > 0 && !slices.ContainsFunc(p.Documents, func(d documentState) bool {
		return len(d.Marks) == 0 || len(d.Copies) != len(p.Labelers)+1 || slices.ContainsFunc(d.Copies, func(c copyState) bool {
			return slices.ContainsFunc(c.Labels, func(l putOnSpot) bool { return l.Spot < 0 || l.Spot >= len(d.Marks) })
		})
	})
}

// effect is the end of an action.
func (st *state) effect(result *payloads.Object, raised ...payloads.Raised) (payloads.Effect, error) {
	world, err := json.Marshal(st)
	if err != nil {
		return payloads.Effect{}, fmt.Errorf("write the world of datasaur: %w", err)
	}
	return payloads.Effect{World: world, Result: result, Raised: raised}, nil
}

// raise makes an event about something, at a time.
func raise(eventType string, at time.Time, about subject) (payloads.Raised, error) {
	data, err := json.Marshal(about)
	if err != nil {
		return payloads.Raised{}, fmt.Errorf("write the subject of %s: %w", eventType, err)
	}
	return payloads.Raised{Type: eventType, Variant: about.variant(eventType), At: at, Subject: data}, nil
}

// add puts a new project last, and forgets the oldest reviewed one, else the oldest, where there are too many.
func (st *state) add(p projectState) {
	if len(st.Projects) >= mostProjects {
		oldest := max(0, slices.IndexFunc(st.Projects, func(p projectState) bool { return p.Reviewed }))
		st.Projects = slices.Delete(st.Projects, oldest, oldest+1)
	}
	st.Projects = append(st.Projects, p)
}

// named finds the project with an id of either generation.
func (st *state) named(id string) (*projectState, error) {
	for i := range st.Projects {
		if p := &st.Projects[i]; p.ID == id || p.OldID == id {
			return p, nil
		}
	}
	return nil, payloads.ParamErrorf("project", "no project has the id %q; GET /api/v1/platforms/datasaur/world lists them", id)
}

// newest returns the youngest project that fits one of the wishes, the first wish first.
func (st *state) newest(wishes ...func(*projectState) bool) (*projectState, error) {
	for _, fits := range wishes {
		for i := len(st.Projects) - 1; i >= 0; i-- {
			if p := &st.Projects[i]; fits(p) {
				return p, nil
			}
		}
	}
	return nil, payloads.ParamErrorf("project", "there is no project; create-project makes one")
}

func (st *state) person(id int64) user {
	for _, u := range slices.Concat(st.Labelers, st.Reviewers, []user{st.Admin}) {
		if u.ID == id {
			return u
		}
	}
	return user{ID: id}
}

func (p *projectState) finished(labeler int64) bool { return slices.Contains(p.Done, labeler) }

// open: a labeler has still to complete it.
func (p *projectState) open() bool { return !p.Reviewed && len(p.Done) < len(p.Labelers) }

// ready: every labeler has completed it, the reviewer has not.
func (p *projectState) ready() bool { return !p.Reviewed && !p.open() }

func (p *projectState) unreviewed() bool { return !p.Reviewed }

func (p *projectState) reviewed() bool { return p.Reviewed }

func (p *projectState) any() bool { return true }

func (p *projectState) status() string {
	touched := len(p.Done) > 0 || slices.ContainsFunc(p.Documents, func(d documentState) bool {
		return slices.ContainsFunc(d.Copies, func(c copyState) bool { return len(c.Labels) > 0 })
	})
	switch {
	case p.Reviewed:
		return statusComplete
	case p.Reviewing:
		return statusInReview
	case p.ready():
		return statusReviewReady
	case touched:
		return statusInProgress
	default:
		return statusCreated
	}
}

// copyOf returns the index of a person's copy in every document.
func (p *projectState) copyOf(user int64) int {
	if i := slices.Index(p.Labelers, user); i >= 0 {
		return i
	}
	return len(p.Labelers)
}

// snapshot is a copy of a document as an event at the time at shows it. A world that has seen later times shows nothing after the event.
func (p *projectState) snapshot(d *documentState, c *copyState, at time.Time) document {
	return document{ID: c.ID, Origin: d.Origin, File: d.File, Created: earlier(p.CreatedAt.Truncate(time.Second), at), Saved: earlier(c.Saved, at)}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
