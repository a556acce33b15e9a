package labelstudio

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/subscriptions"
)

const (
	missingProject = "No Project matches the given query."
	pageSize       = 100
	maxPage        = 10_000
)

func projectRoutes(at func(string) *regexp.Regexp) []route {
	return []route{
		{path: at(`/api/projects`), view: "Project List Api", methods: []method{{http.MethodGet, listProjects}, {http.MethodPost, postProject}}},
		{path: at(`/api/projects/([0-9]+)`), view: "Project Api", methods: []method{
			{http.MethodGet, getProject}, {http.MethodPut, saveProject}, {http.MethodPatch, saveProject}, {http.MethodDelete, removeProject},
		}},
		{path: at(`/api/projects/([0-9]+)/import`), view: "Import Api", methods: []method{{http.MethodPost, postImport}}},
		{path: at(`/api/projects/([0-9]+)/tasks`), view: "Project Task List Api", methods: []method{{http.MethodDelete, removeTasks}}},
	}
}

// printRow returns a project as the REST API shows it, which is not as webhooks show it. A project that was just created has no counts.
func (c *call) printRow(p *projectState, counted bool) *payloads.Object {
	t, conf := p.tally(), p.config(c.api.gen)
	count := func(n int) payloads.Value {
		if !counted {
			return nil
		}
		return n
	}
	return payloads.Obj(
		"id", p.ID, "title", p.Title, "description", p.Description, "label_config", conf.xml, "expert_instruction", p.Instruction,
		"show_instruction", p.Instructed, "show_skip_button", true, "enable_empty_annotation", true, "show_annotation_history", false,
		"organization", organization, "color", p.Color, "maximum_annotations", p.Overlap, "is_published", false, "model_version", p.Model,
		"is_draft", false,
		"created_by", payloads.Obj("id", p.Owner, "first_name", "", "last_name", "", "email", ownerMail, "avatar", nil),
		"created_at", wire.ISOMicroShortZ(p.Created.time()), "min_annotations_to_start_training", 0,
		"start_training_on_annotation_update", false, "show_collab_predictions", true, "num_tasks_with_annotations", count(t.annotated),
		"task_number", count(t.tasks), "useful_annotation_number", count(t.useful), "ground_truth_number", count(t.groundTruth),
		"skipped_annotations_number", count(t.skipped), "total_annotations_number", count(t.annotations),
		"total_predictions_number", count(t.predictions), "sampling", p.Sampling, "show_ground_truth_first", false,
		"annotator_evaluation_enabled", false, "show_overlap_first", false, "overlap_cohort_percentage", 100, "task_data_login", nil,
		"task_data_password", nil, "control_weights", conf.weights(), "parsed_label_config", conf.parsed(),
		"evaluate_predictions_automatically", false, "config_has_control_tags", conf.control != "", "skip_queue", p.SkipQueue,
		"reveal_preannotations_interactively", false, "pinned_at", nil, "finished_task_number", count(t.finished), "queue_total", t.tasks,
		"queue_done", t.finished, "config_suitable_for_bulk_annotation", conf.control == "" || conf.controlTag == "Choices", "state", nil)
}

// listProjects pages through the projects, the newest first.
func listProjects(c *call) {
	s, fault := c.world()
	if fault != nil {
		c.fail(fault)
		return
	}
	query := c.r.URL.Query()
	rows := slices.Clone(s.Projects)
	slices.Reverse(rows)
	rows = slices.DeleteFunc(rows, func(p *projectState) bool { return !listed(p, query) })
	size, page := positive(query.Get("page_size"), pageSize), positive(query.Get("page"), 1)
	pages := max(1, (len(rows)+size-1)/size)
	if query.Get("page") == "last" {
		page = pages
	}
	if page > pages || query.Has("page") && query.Get("page") != "last" && positive(query.Get("page"), 0) == 0 {
		c.fail(notFound("Invalid page."))
		return
	}
	results := payloads.Array{}
	for _, p := range rows[(page-1)*size : min(page*size, len(rows))] {
		results = append(results, included(c.printRow(p, true), query.Get("include")))
	}
	c.answer(http.StatusOK, payloads.Obj(
		"count", len(rows), "next", c.pageLink(page+1, page < pages), "previous", c.pageLink(page-1, page > 1), "results", results))
}

func listed(p *projectState, query url.Values) bool {
	if ids := query.Get("ids"); ids != "" && !slices.Contains(strings.Split(ids, ","), strconv.FormatInt(p.ID, 10)) {
		return false
	}
	return strings.Contains(strings.ToLower(p.Title), strings.ToLower(query.Get("title")))
}

// included keeps the fields that the client wants.
func included(o *payloads.Object, fields string) *payloads.Object {
	if fields == "" {
		return o
	}
	wanted, out := strings.Split(fields, ","), payloads.Obj()
	for _, m := range o.Members() {
		if slices.Contains(wanted, m.Key) {
			out.Set(m.Key, m.Value)
		}
	}
	return out
}

func positive(text string, standard int) int {
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return min(n, maxPage)
	}
	return standard
}

// pageLink is the address of another page, as the client reaches us; the first one needs no number.
func (c *call) pageLink(page int, there bool) payloads.Value {
	if !there {
		return nil
	}
	u := url.URL{Scheme: "http", Host: c.r.Host, Path: c.r.URL.Path}
	if c.r.TLS != nil {
		u.Scheme = "https"
	}
	if asked, err := url.ParseRequestURI(c.r.RequestURI); err == nil {
		u.Path = asked.Path // with the prefix that we are mounted at
	}
	query := c.r.URL.Query()
	query.Set("page", strconv.Itoa(page))
	if page == 1 {
		query.Del("page")
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// project finds the project that the path names.
func (c *call) project() (*projectState, *problem) {
	s, fault := c.world()
	if fault != nil {
		return nil, fault
	}
	if p, ok := s.project(c.number(0)); ok {
		return p, nil
	}
	return nil, notFound(missingProject)
}

// show answers with the project of a number.
func (c *call) show(status int, id int64, counted bool) {
	s, fault := c.world()
	if fault != nil {
		c.fail(fault)
		return
	}
	p, ok := s.project(id)
	if !ok {
		c.fail(notFound(missingProject))
		return
	}
	c.answer(status, c.printRow(p, counted))
}

func getProject(c *call) { c.show(http.StatusOK, c.number(0), true) }

func postProject(c *call) {
	params, fault := c.projectForm()
	if fault != nil {
		c.fail(fault)
		return
	}
	if _, ok := params.Get(paramInterface); !ok {
		params.Set(paramKind, interfaceEmpty)
	}
	if _, ok := params.Get(paramTitle); !ok {
		params.Set(paramTitle, "")
	}
	result, err := c.api.host.Act(c.r.Context(), "create-project", params)
	if err != nil {
		c.fail(refused(err, missingProject))
		return
	}
	v, _ := result.Get("id")
	id, _ := payloads.WholeNumber(v)
	c.show(http.StatusCreated, id, false)
}

// saveProject is PATCH and PUT: neither wants any field.
func saveProject(c *call) {
	p, fault := c.project()
	if fault != nil {
		c.fail(fault)
		return
	}
	params, fault := c.projectForm()
	if fault != nil {
		c.fail(fault)
		return
	}
	params.Set(paramProject, p.ID)
	if params.Len() == 1 {
		params.Set(paramDescription, p.Description) // saved as it is
	}
	if _, err := c.api.host.Act(c.r.Context(), "update-project", params); err != nil {
		c.fail(refused(err, missingProject))
		return
	}
	c.show(http.StatusOK, p.ID, true)
}

// removeProject deletes the project's webhooks with it. None of them hears of the deletion, which is for organization webhooks only.
func removeProject(c *call) { c.remove("delete-project", c.removeHooks) }

func removeTasks(c *call) { c.remove("delete-all-tasks", func(int64) error { return nil }) }

// remove does an action on the project that the path names, and what has to follow it.
func (c *call) remove(action string, then func(project int64) error) {
	p, fault := c.project()
	if fault != nil {
		c.fail(fault)
		return
	}
	_, err := c.api.host.Act(c.r.Context(), action, payloads.Obj(paramProject, p.ID))
	if err == nil {
		err = then(p.ID)
	}
	if err != nil {
		c.fail(refused(err, missingProject))
		return
	}
	c.w.WriteHeader(http.StatusNoContent)
}

// removeHooks deletes the webhooks of a project. One that somebody else deletes at the same time is gone as well.
func (c *call) removeHooks(project int64) error {
	all, err := c.api.host.Subscriptions(c.r.Context())
	if err != nil {
		return fmt.Errorf("list webhooks: %w", err)
	}
	for _, s := range all {
		if scopeProject(s) != project {
			continue
		}
		if _, err := c.api.host.Unsubscribe(c.r.Context(), s.ID); err != nil && !errors.Is(err, subscriptions.ErrNotFound) {
			return fmt.Errorf("delete webhook %s: %w", s.NativeID, err)
		}
	}
	return nil
}
