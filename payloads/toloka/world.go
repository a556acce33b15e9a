package toloka

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"time"

	"github.com/annohook/annohook/payloads/internal/synth"
)

// world is the state that actions work on. It is stored as JSON; times are UTC, to the millisecond.
type world struct {
	NextPool    int64         `json:"next_pool"` // the number of the next pool that the world makes itself
	Projects    []*project    `json:"projects"`
	Pools       []*pool       `json:"pools"` // the one opened or made last is last
	Suites      []*suite      `json:"suites"`
	Assignments []*assignment `json:"assignments"` // the oldest first
}

type project struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type pool struct {
	ID         string    `json:"id"`
	Project    string    `json:"project_id"`
	Name       string    `json:"name"`
	Status     string    `json:"status"`
	Reason     string    `json:"last_close_reason,omitempty"` // of the last closing
	AutoAccept bool      `json:"auto_accept,omitempty"`
	Overlap    int       `json:"overlap"` // how many Tolokers do each suite
	Created    time.Time `json:"created"`
	Started    time.Time `json:"started,omitzero"`
	Stopped    time.Time `json:"stopped,omitzero"`
}

type suite struct {
	ID      string    `json:"id"`
	Pool    string    `json:"pool_id"`
	Issued  int       `json:"issued"` // assignments but those skipped and expired
	Created time.Time `json:"created"`
	Tasks   []task    `json:"tasks"`
}

type task struct {
	ID         string `json:"id"`
	Aggregated bool   `json:"aggregated,omitempty"` // its dynamic overlap is complete
}

type assignment struct {
	ID      string    `json:"id"`
	Project string    `json:"project_id"`
	Pool    string    `json:"pool_id"`
	Suite   string    `json:"task_suite_id"`
	User    string    `json:"user_id"`
	Status  string    `json:"status"`
	Comment string    `json:"public_comment,omitempty"`
	Created time.Time `json:"created"`
	Changed time.Time `json:"changed,omitzero"`   // when it took its status
	Sent    time.Time `json:"submitted,omitzero"` // when it was submitted
	Task    string    `json:"task_id,omitempty"`  // of one whose suite the world does not have, where an event named it
}

// Statuses of pools and assignments. An assignment's ACCEPTED is the event ASSIGNMENT_APPROVED.
const (
	statusOpen   = "OPEN"
	statusClosed = "CLOSED"

	statusActive    = "ACTIVE"
	statusSubmitted = "SUBMITTED"
	statusAccepted  = "ACCEPTED"
	statusRejected  = "REJECTED"
	statusSkipped   = "SKIPPED"
	statusExpired   = "EXPIRED"
)

// settled reports whether nothing needs to happen to an assignment any more, so that it may be forgotten first.
func (a *assignment) settled() bool {
	return a.Status != statusActive && a.Status != statusSubmitted
}

// finished reports whether there is an answer that counts.
func (a *assignment) finished() bool {
	return a.Status == statusSubmitted || a.Status == statusAccepted
}

// Bounds of a world: what goes beyond them is forgotten, the oldest settled things first. A full world has about 150 kB.
const (
	maxPools       = 40
	maxSuites      = 150
	maxAssignments = 250
)

// Values of what a world makes.
const (
	firstProject   = "81776"
	firstPool      = 36_502_086
	poolStep       = 37
	defaultOverlap = 3
	mostTasks      = 3
	userDigits     = 32
)

var errWorld = errors.New("not the world of toloka")

// loadWorld reads a world; nil is a fresh one.
func loadWorld(data []byte) (*world, error) {
	if data == nil {
		return freshWorld(), nil
	}
	var w world
	if err := json.Unmarshal(data, &w); err != nil {
		return nil, fmt.Errorf("%w: %w", errWorld, err)
	}
	if len(w.Projects) == 0 || slices.Contains(w.Projects, nil) || slices.Contains(w.Pools, nil) || slices.Contains(w.Suites, nil) ||
		slices.Contains(w.Assignments, nil) {
		return nil, errWorld
	}
	return &w, nil
}

// freshWorld has one project with one open pool of two suites, both with as many Tolokers as they want: the answers to one wait for their
// review, the other is being worked on. It is always the same one.
func freshWorld() *world {
	const seed = 1
	source := synth.New(seed, seed)
	at := time.Date(2025, time.November, 3, 9, 0, 0, 0, time.UTC)
	w := &world{NextPool: firstPool, Projects: []*project{{ID: firstProject, Name: source.ProjectName()}}}
	p := w.newPool("", at)
	w.open(p, at.Add(time.Minute))
	for i := range 2 {
		s := w.newSuite(p, source, at)
		for range p.Overlap {
			at = at.Add(time.Hour)
			if a := w.issue(s, source, at); i == 0 {
				a.submit(at.Add(time.Hour))
			}
		}
	}
	return w
}

// newPool makes a closed pool, as Toloka does; an empty id takes the next number.
func (w *world) newPool(id string, now time.Time) *pool {
	for id == "" || w.pool(id) != nil {
		id = strconv.FormatInt(w.NextPool, 10)
		w.NextPool += poolStep
	}
	p := &pool{ID: id, Project: w.Projects[0].ID, Name: "Pool " + id, Status: statusClosed, Overlap: defaultOverlap, Created: now}
	w.Pools = append(w.Pools, p)
	return p
}

// open opens a closed pool and makes it the last one.
func (w *world) open(p *pool, now time.Time) {
	p.Status, p.Started = statusOpen, now
	w.Pools = append(slices.DeleteFunc(w.Pools, func(other *pool) bool { return other == p }), p)
}

// newSuite adds a suite of a few tasks to a pool.
func (w *world) newSuite(p *pool, source *synth.Source, now time.Time) *suite {
	number := poolNumber(p.ID)
	s := &suite{ID: poolID(number, source.ObjectID(now)), Pool: p.ID, Created: now}
	for w.suite(s.ID) != nil { // the same seed twice within a second
		s.ID = poolID(number, source.ObjectID(now))
	}
	for range source.Int(1, mostTasks) {
		s.Tasks = append(s.Tasks, task{ID: poolID(number, source.ObjectID(now))})
	}
	w.Suites = append(w.Suites, s)
	return s
}

// issue gives a suite to a Toloker who has not been there before.
func (w *world) issue(s *suite, source *synth.Source, now time.Time) *assignment {
	id := poolID(poolNumber(s.Pool), source.ObjectID(now))
	for w.assignment(id) != nil {
		id = poolID(poolNumber(s.Pool), source.ObjectID(now))
	}
	a := &assignment{
		ID: id, Project: w.projectOf(s.Pool), Pool: s.Pool, Suite: s.ID, User: source.Hex(userDigits), Status: statusActive, Created: now,
	}
	s.Issued++
	w.Assignments = append(w.Assignments, a)
	return a
}

func (a *assignment) submit(now time.Time) {
	a.Status, a.Changed, a.Sent = statusSubmitted, now, now
}

// poolNumber is what a pool's id is in the ids of its suites. A pool of the platform has a number; one that a user named otherwise gets one
// from its name.
func poolNumber(id string) int64 {
	const digits = 40 // bits of ten hex digits
	if n, err := strconv.ParseInt(id, 10, 64); err == nil && n > 0 && n < 1<<digits {
		return n
	}
	h := fnv.New32a()
	h.Write([]byte(id))
	return poolLow + int64(h.Sum32())%(poolHigh-poolLow)
}

func (w *world) pool(id string) *pool {
	for _, p := range w.Pools {
		if p.ID == id {
			return p
		}
	}
	return nil
}

func (w *world) suite(id string) *suite {
	for _, s := range w.Suites {
		if s.ID == id {
			return s
		}
	}
	return nil
}

func (w *world) assignment(id string) *assignment {
	for _, a := range w.Assignments {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// task finds a task and its suite.
func (w *world) task(id string) (*suite, *task) {
	for _, s := range w.Suites {
		for i := range s.Tasks {
			if s.Tasks[i].ID == id {
				return s, &s.Tasks[i]
			}
		}
	}
	return nil, nil
}

// openTask is the first task of a suite without an aggregated answer, or else the first; "" for a suite that is forgotten.
func (w *world) openTask(id string) string {
	s := w.suite(id)
	if s == nil || len(s.Tasks) == 0 {
		return ""
	}
	at := slices.IndexFunc(s.Tasks, func(one task) bool { return !one.Aggregated })
	return s.Tasks[max(at, 0)].ID
}

func (w *world) projectOf(pool string) string {
	if p := w.pool(pool); p != nil {
		return p.Project
	}
	return w.Projects[0].ID
}

// current is the pool that was opened or made last; nil where there is none.
func (w *world) current() *pool {
	if len(w.Pools) == 0 {
		return nil
	}
	return w.Pools[len(w.Pools)-1]
}
