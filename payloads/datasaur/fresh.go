package datasaur

import (
	"path"
	"strconv"
	"time"

	"github.com/annohook/annohook/payloads/internal/synth"
)

// freshSeed is the seed of every fresh world, so that everyone begins with the same ids.
const freshSeed = 2023

// freshState is a small team in the middle of its work: one project is through, one waits for its reviewer, one has just begun.
func freshState() *state {
	s := synth.New(freshSeed, freshSeed)
	st := &state{Team: team{ID: strconv.FormatInt(s.ID(idLow, teamHigh), 10), Name: teamName(s)}}
	taken := map[int64]bool{}
	newMember := func() user {
		for {
			if u := newUser(s); !taken[u.ID] {
				taken[u.ID] = true
				return u
			}
		}
	}
	for range mostLabelers {
		st.Labelers = append(st.Labelers, newMember())
	}
	for range mostReviewers {
		st.Reviewers = append(st.Reviewers, newMember())
	}
	st.Admin = newMember()

	day := time.Date(2025, time.September, 1, 8, 30, 0, 0, time.UTC)
	for i := range 3 {
		p := st.newProject(draft{documents: 1 + i%2, labelers: 1 + i%2}, freshSeed+uint64(i), day.Add(time.Duration(i)*26*time.Hour))
		if i < 2 {
			p.Done = append(p.Done, p.Labelers...)
		}
		p.Reviewed = i == 0
		st.add(p)
	}
	return st
}

// draft is what is wished of a new project; what is empty is drawn.
type draft struct {
	name                string
	tags                []string
	documents, labelers int
}

// spread is 2^64 divided by the golden ratio: its multiples are far apart.
const spread = 0x9e3779b97f4a7c15

// newProject draws a project. The content comes from the seed alone, ids from the first source that gives one nobody has.
func (st *state) newProject(d draft, seed uint64, at time.Time) projectState {
	s := synth.New(seed, seed)
	p := projectState{CreatedAt: at}
	p.ID, p.OldID = projectIDs(s)
	for n := uint64(1); st.has(p.ID, p.OldID); n++ {
		s = synth.New(seed, seed+n*spread)
		p.ID, p.OldID = projectIDs(s)
	}
	p.Name, p.OldName = s.FileName(), s.ProjectName()
	p.Name = synth.Pick(s, p.Name, p.OldName)
	p.Tags, p.Kind = newTags(s), newKind(s)
	if d.name != "" {
		p.Name, p.OldName = d.name, d.name
	}
	if d.tags != nil {
		p.Tags = d.tags
	}
	for _, u := range synth.Sample(s, d.labelers, st.Labelers...) {
		p.Labelers = append(p.Labelers, u.ID)
	}
	p.Reviewer = synth.Pick(s, st.Reviewers...).ID
	for _, text := range s.Texts(d.documents) {
		p.Documents = append(p.Documents, newDocument(s, &p, text))
	}
	if path.Ext(p.Name) != "" {
		p.Documents[0].File = p.Name // a project made from one file bears its name, as in the documents' samples
	}
	return p
}

func (st *state) has(id, oldID string) bool {
	for _, p := range st.Projects {
		if p.ID == id || p.OldID == oldID {
			return true
		}
	}
	return false
}

func newDocument(s *synth.Source, p *projectState, text synth.Text) documentState {
	d := documentState{Origin: s.UUID(), File: s.FileName()}
	body := []rune(text.Body)
	for _, span := range text.Spans {
		d.Marks = append(d.Marks, spot{Mark: markOf(body, span), Item: labelItem(span.Label)})
	}
	for _, labeler := range p.Labelers {
		d.Copies = append(d.Copies, copyState{ID: s.UUID(), User: labeler, Saved: p.CreatedAt})
	}
	d.Copies = append(d.Copies, copyState{ID: s.UUID(), User: p.Reviewer, Saved: p.CreatedAt})
	return d
}
