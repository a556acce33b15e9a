package datasaur

import (
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

func completeProject(in payloads.ActionInput) (payloads.Effect, error) {
	st, err := readState(in.World)
	if err != nil {
		return payloads.Effect{}, err
	}
	p, err := st.chosen(in, (*projectState).open, (*projectState).any)
	if err != nil {
		return payloads.Effect{}, err
	}
	who, err := st.completing(in, p)
	if err != nil {
		return payloads.Effect{}, err
	}
	raised, done := make([]payloads.Raised, len(who)), payloads.Array{}
	for i, id := range who {
		p.takenUp(id)
		p.Done = append(p.Done, id)
		about := subject{Team: st.Team, Project: p.project, By: st.person(id)}
		if raised[i], err = raise(ProjectCompleted, in.Now.Add(time.Duration(i)*spacing), about); err != nil {
			return payloads.Effect{}, err
		}
		done = append(done, userID(id))
	}
	return st.effect(payloads.Obj("id", p.ID, "project", p.ID, "by", done, "count", len(who), "status", p.status()), raised...)
}

// completing lists the labelers who complete a project now: the one who is named, else all who have not, else all.
func (st *state) completing(in payloads.ActionInput, p *projectState) ([]int64, error) {
	if in.Has("by") {
		id, ok := st.member(p, in.String("by"))
		if !ok || !slices.Contains(p.Labelers, id) {
			return nil, payloads.ParamErrorf("by", "%q is no labeler of project %s", in.String("by"), p.ID)
		}
		return []int64{id}, nil
	}
	left := slices.DeleteFunc(slices.Clone(p.Labelers), p.finished)
	if len(left) == 0 {
		return slices.Clone(p.Labelers), nil
	}
	return left, nil
}

func reviewProject(in payloads.ActionInput) (payloads.Effect, error) {
	st, err := readState(in.World)
	if err != nil {
		return payloads.Effect{}, err
	}
	p, err := st.chosen(in, (*projectState).ready, (*projectState).unreviewed, (*projectState).any)
	if err != nil {
		return payloads.Effect{}, err
	}
	p.Reviewing, p.Reviewed = true, true
	event, err := raise(ProjectReviewed, in.Now, subject{Team: st.Team, Project: p.project, By: st.person(p.Reviewer)})
	if err != nil {
		return payloads.Effect{}, err
	}
	return st.effect(payloads.Obj("id", p.ID, "project", p.ID, "by", userID(p.Reviewer), "status", p.status()), event)
}

func exportProject(in payloads.ActionInput) (payloads.Effect, error) {
	st, err := readState(in.World)
	if err != nil {
		return payloads.Effect{}, err
	}
	p, err := st.chosen(in, (*projectState).reviewed, (*projectState).any)
	if err != nil {
		return payloads.Effect{}, err
	}
	about := subject{Project: p.project, By: st.Admin, Whole: !in.Has("document")}
	result := payloads.Obj("id", p.ID, "project", p.ID, "by", userID(st.Admin.ID), "status", p.status())
	if !about.Whole {
		at := p.document(in.String("document"))
		if at < 0 {
			return payloads.Effect{}, unknownDocument(in)
		}
		// The document itself stands for the result of the review, which is the last copy.
		d := &p.Documents[at]
		c := d.copy(in.String("document"))
		if c < 0 {
			c = len(d.Copies) - 1
		}
		about.Document = p.snapshot(d, &d.Copies[c], in.Now)
		result.Set("document", about.Document.ID)
	}
	about.FileURL = exportURL(synth.New(in.Seed, in.Seed), p.ID, about.Whole)
	result.Set("file_url", about.FileURL)
	event, err := raise(Export, in.Now, about)
	if err != nil {
		return payloads.Effect{}, err
	}
	return st.effect(result, event)
}
