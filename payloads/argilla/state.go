package argilla

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/annohook/annohook/payloads/internal/synth"
)

// state is the platform's world: what an Argilla server's database holds, with everything that a seed can draw again left out. Rows keep
// the seeds of their content; ids and texts are drawn from those whenever they are shown.
type state struct {
	Version    int            `json:"v"`
	Serial     uint64         `json:"serial"` // how many seeds were ever given out
	Last       micros         `json:"last"`   // the moment of the latest action
	Workspaces []workspaceRow `json:"workspaces"`
	Users      []userRow      `json:"users"`
	Datasets   []*datasetRow  `json:"datasets"` // by insertion
}

type workspaceRow struct {
	Seed uint64 `json:"seed"`
	Name string `json:"name"`
	At   micros `json:"at"`
}

type userRow struct {
	Seed     uint64 `json:"seed"`
	Username string `json:"name"`
	Role     string `json:"role"`
	At       micros `json:"at"`
}

type datasetRow struct {
	Seed       uint64       `json:"seed"`
	Workspace  uint64       `json:"workspace"` // seed
	Name       string       `json:"name"`
	Guidelines *string      `json:"guidelines,omitempty"`
	Minimum    int          `json:"min"`
	Kind       fieldKind    `json:"kind"`
	Draft      bool         `json:"draft,omitempty"`
	Bare       bool         `json:"bare,omitempty"` // fields and questions are still to come
	Created    micros       `json:"created"`
	Changed    micros       `json:"changed"`
	LastUse    micros       `json:"used"`
	Ready      micros       `json:"ready,omitempty"` // when all children were there
	Records    []*recordRow `json:"records,omitempty"`
}

// recordRow is a record. Its texts and metadata are drawn from the seed and how often each was changed.
type recordRow struct {
	Seed      uint64          `json:"s"`
	Texts     uint32          `json:"t,omitempty"`
	Values    uint32          `json:"v,omitempty"`
	Metadata  json.RawMessage `json:"m,omitempty"` // as a user said it
	Completed bool            `json:"d,omitempty"`
	Created   micros          `json:"c"`
	Changed   micros          `json:"u"`
	Responses []responseRow   `json:"r,omitempty"`
}

type responseRow struct {
	Seed    uint64          `json:"s"`
	Edits   uint32          `json:"e,omitempty"`
	User    uint64          `json:"w"` // seed
	Status  string          `json:"st"`
	Values  json.RawMessage `json:"v,omitempty"` // as a user said them
	Created micros          `json:"c"`
	Changed micros          `json:"u"`
}

// micros is a moment in microseconds since 1970.
type micros int64

func (m micros) time() time.Time { return time.UnixMicro(int64(m)).UTC() }

func (m micros) add(d time.Duration) micros { return m + micros(d.Microseconds()) }

func microsOf(t time.Time) micros { return micros(t.UnixMicro()) }

// stateVersion is the version of the format.
const stateVersion = 1

// ErrWorld is returned for a state that this program cannot read.
var ErrWorld = errors.New("the state of the argilla world is unreadable")

// readState reads a state; nil is a fresh one as it stands at now.
func readState(world []byte, now time.Time) (*state, error) {
	if world == nil {
		return freshState(now), nil
	}
	s := &state{}
	if err := json.Unmarshal(world, s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrWorld, err)
	}
	if s.Version != stateVersion {
		return nil, fmt.Errorf("%w: version %d, want %d", ErrWorld, s.Version, stateVersion)
	}
	return s, s.check()
}

// check refuses a state whose parts do not hold together.
func (s *state) check() error {
	if len(s.Workspaces) == 0 || len(s.Users) == 0 {
		return fmt.Errorf("%w: it has no workspace or no user", ErrWorld)
	}
	users := map[uint64]bool{}
	for _, u := range s.Users {
		users[u.Seed] = true
	}
	for _, d := range s.Datasets {
		if d == nil || s.workspace(d.Workspace) == nil {
			return fmt.Errorf("%w: a dataset has no workspace", ErrWorld)
		}
		for _, rec := range d.Records {
			if rec == nil || slices.ContainsFunc(rec.Responses, func(r responseRow) bool { return !users[r.User] }) {
				return fmt.Errorf("%w: a record is empty or has a response of nobody", ErrWorld)
			}
		}
	}
	return nil
}

// newSeed gives out a seed that no other thing of this world has. random is the action's seed.
func (s *state) newSeed(random uint64) uint64 {
	s.Serial++
	return mix(random ^ mix(s.Serial))
}

// mix spreads a number over all 64 bits (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x += spread
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// idOf is the id of a thing whose first id is drawn at p.
func idOf(seed uint64, p place) string { return seeds{seed, seed}.source(p).UUID() }

func (r workspaceRow) id() string { return idOf(r.Seed, placeWorkspace) }

func (r userRow) id() string { return idOf(r.Seed, placeUser) }

func (r *datasetRow) id() string { return idOf(r.Seed, placeDataset) }

func (r *recordRow) id() string { return idOf(r.Seed, placeRecord) }

func (r responseRow) id() string { return idOf(r.Seed, placeResponse) }

func (r *datasetRow) status() string {
	if r.Draft {
		return "draft"
	}
	return "ready"
}

func (r *recordRow) status() string {
	if r.Completed {
		return "completed"
	}
	return "pending"
}

// submitted counts the submitted responses.
func (r *recordRow) submitted() int {
	n := 0
	for _, response := range r.Responses {
		if response.Status == statusSubmitted {
			n++
		}
	}
	return n
}

// by reports whether a user has answered the record.
func (r *recordRow) by(user uint64) bool {
	for _, response := range r.Responses {
		if response.User == user {
			return true
		}
	}
	return false
}

// facts draws what the dataset has beside its children.
func (r *datasetRow) facts() datasetFacts {
	return newDataset(seeds{r.Seed, r.Seed}.source(placeDataset), r.Kind)
}

// newUser draws a user who has no other's name.
func (s *state) newUser(random uint64, role string, at micros) *userRow {
	for {
		seed := s.newSeed(random)
		name := personOf(seed).Username
		if s.userNamed(name) == nil {
			s.Users = append(s.Users, userRow{Seed: seed, Username: name, Role: role, At: at})
			return &s.Users[len(s.Users)-1]
		}
	}
}

// personOf draws the name of a user, in the order in which a printed user is drawn.
func personOf(seed uint64) synth.Person {
	src := seeds{seed, seed}.source(placeUser)
	return src.Person()
}
