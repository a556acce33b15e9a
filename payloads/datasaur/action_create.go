package datasaur

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
)

func createProject(in payloads.ActionInput) (payloads.Effect, error) {
	st, err := readState(in.World)
	if err != nil {
		return payloads.Effect{}, err
	}
	tags, err := readTags(in)
	if err != nil {
		return payloads.Effect{}, err
	}
	d := draft{name: in.String("name"), tags: tags, documents: int(in.Int("documents")), labelers: int(in.Int("labelers"))}
	p := st.newProject(d, in.Seed, in.Now.UTC())
	st.add(p)
	event, err := raise(ProjectCreated, in.Now, subject{Team: st.Team, Project: p.project})
	if err != nil {
		return payloads.Effect{}, err
	}
	return st.effect(p.result(), event)
}

// readTags returns the tags that were asked for; nil: none were.
func readTags(in payloads.ActionInput) ([]string, error) {
	v, _ := in.Params.Get("tags")
	list, ok := v.(payloads.Array)
	if !ok {
		return nil, nil
	}
	if len(list) > mostProjectTags {
		return nil, payloads.ParamErrorf("tags", "has %d tags; up to %d are allowed", len(list), mostProjectTags)
	}
	tags := make([]string, 0, len(list))
	for i, item := range list {
		tag, _ := item.(string)
		if n := utf8.RuneCountInString(tag); n == 0 || n > mostTagRunes {
			return nil, payloads.ParamErrorf("tags", "tag %d must have 1 to %d characters", i+1, mostTagRunes)
		}
		tags = append(tags, tag)
	}
	return tags, nil
}

// result names a project and everyone in it, for later steps.
func (p *projectState) result() *payloads.Object {
	documents, labelers, people := payloads.Array{}, payloads.Array{}, payloads.Obj()
	for _, d := range p.Documents {
		documents = append(documents, d.Origin)
	}
	for i, id := range p.Labelers {
		labelers = append(labelers, userID(id))
		people.Set(fmt.Sprintf("labeler_%d", i+1), userID(id))
	}
	people.Set("reviewer", userID(p.Reviewer))
	return payloads.Obj(
		"id", p.ID, "project", p.ID, "name", p.Name, "status", p.status(), "documents", documents, "labelers", labelers,
		"reviewer", userID(p.Reviewer), "people", people,
	)
}

func userID(id int64) string { return strconv.FormatInt(id, 10) }
