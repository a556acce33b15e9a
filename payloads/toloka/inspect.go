package toloka

import "github.com/annohook/annohook/payloads"

// inspect shows a world to people; what is newest stands last in each list.
func inspect(data []byte) (*payloads.Object, error) {
	w, err := loadWorld(data)
	if err != nil {
		return nil, err
	}
	var projects, pools, suites, tasks, assignments payloads.Array
	for _, p := range w.Projects {
		projects = append(projects, payloads.Obj("id", p.ID, "name", p.Name))
	}
	for _, p := range w.Pools {
		shown := payloads.Obj("id", p.ID, "name", p.Name, "project_id", p.Project, "status", p.Status)
		if p.Reason != "" {
			shown.Set("last_close_reason", p.Reason)
		}
		shown.Set("auto_accept", p.AutoAccept)
		shown.Set("overlap", p.Overlap)
		pools = append(pools, shown)
	}
	for _, s := range w.Suites {
		suites = append(suites, payloads.Obj("id", s.ID, "pool_id", s.Pool, "assignments", s.Issued))
		for _, one := range s.Tasks {
			tasks = append(tasks, payloads.Obj("id", one.ID, "pool_id", s.Pool, "task_suite_id", s.ID, "aggregated", one.Aggregated))
		}
	}
	for _, a := range w.Assignments {
		assignments = append(assignments, payloads.Obj("id", a.ID, "pool_id", a.Pool, "task_suite_id", a.Suite, "user_id", a.User, "status", a.Status))
	}
	return payloads.Obj("projects", list(projects), "pools", list(pools), "task_suites", list(suites), "tasks", list(tasks),
		"assignments", list(assignments)), nil
}

// list makes an empty list of none at all.
func list(a payloads.Array) payloads.Array {
	if a == nil {
		return payloads.Array{}
	}
	return a
}
