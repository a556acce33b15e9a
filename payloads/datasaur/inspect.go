package datasaur

import (
	"slices"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// inspect shows a world to people: projects and documents, the newest last, and the people of the team.
func inspect(world []byte) (*payloads.Object, error) {
	st, err := readState(world)
	if err != nil {
		return nil, err
	}
	projects, documents, people := payloads.Array{}, payloads.Array{}, payloads.Array{}
	for i := range st.Projects {
		p := &st.Projects[i]
		o := p.result()
		o.Delete("project")
		o.Delete("people")
		o.InsertAfter("status", "created_at", wire.ISOMilliZ(p.CreatedAt))
		o.InsertAfter("labelers", "completed_by", userIDs(p.Done))
		projects = append(projects, o)
		for _, d := range p.Documents {
			documents = append(documents, d.inspect(p.ID))
		}
	}
	roles := []struct {
		name   string
		people []user
	}{{"labeler", st.Labelers}, {"reviewer", st.Reviewers}, {"admin", []user{st.Admin}}}
	for _, role := range roles {
		for _, u := range role.people {
			people = append(people, payloads.Obj("id", userID(u.ID), "name", u.Name, "email", u.Email, "role", role.name))
		}
	}
	return payloads.Obj(
		"teams", payloads.Array{payloads.Obj("id", st.Team.ID, "name", st.Team.Name)},
		"projects", projects, "documents", documents, "people", people,
	), nil
}

func userIDs(ids []int64) payloads.Array {
	list := payloads.Array{}
	for _, id := range slices.Sorted(slices.Values(ids)) {
		list = append(list, userID(id))
	}
	return list
}

func (d *documentState) inspect(projectID string) *payloads.Object {
	copies := payloads.Array{}
	for _, c := range d.Copies {
		copies = append(copies, payloads.Obj("id", c.ID, "user", userID(c.User), "labels", len(c.Labels)))
	}
	return payloads.Obj("id", d.Origin, "name", d.File, "project", projectID, "labels", len(d.Marks), "copies", copies)
}
