package aquarium

import (
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// inspect shows a world to people, the newest of each kind last.
func inspect(world []byte) (*payloads.Object, error) {
	st, err := readState(world)
	if err != nil {
		return nil, err
	}
	projects, datasets, inferences, issues := payloads.Array{}, payloads.Array{}, payloads.Array{}, payloads.Array{}
	for _, p := range st.Projects {
		members := payloads.Array{}
		for _, m := range p.Members {
			members = append(members, m)
		}
		projects = append(projects, payloads.Obj("id", p.Name, "name", p.Name, "members", members))
	}
	for _, d := range st.Datasets {
		o := payloads.Obj("id", d.name(), "project", d.Project)
		if d.Inference != "" {
			o.Set("dataset", d.ID)
		}
		o.Set("status", d.status())
		o.Set("frames", d.Frames)
		o.Set("crops", d.Crops)
		if d.Inference != "" {
			inferences = append(inferences, o)
		} else {
			datasets = append(datasets, o)
		}
	}
	for _, i := range st.Issues {
		issues = append(issues, payloads.Obj(
			"id", i.ID, "name", i.Name, "project", i.Project, "dataset", i.Dataset, "inference_set", orNull(i.Inference),
			"element_type", i.ElementType, "elements", i.Elements.Count, "state", i.State, "assignee", orNull(i.Assignee),
			"created_at", wire.ISOMicroZ(i.Created), "updated_at", wire.ISOMicroZ(i.Updated),
		))
	}
	return payloads.Obj("projects", projects, "datasets", datasets, "inference_sets", inferences, "issues", issues), nil
}
