package labelstudio_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/labelstudio"
)

const projects = "/api/projects/"

// TestProjectLife creates, changes, fills, empties and deletes a project, and looks at what the world raised.
func TestProjectLife(t *testing.T) {
	t.Parallel()
	h := newHost(t, "1.22")
	c := newClient(t, h)
	made := c.do("POST", projects, `{"title":"probe","label_config":"<View><Text name=\"text\" value=\"$text\"/>`+
		`<Labels name=\"label\" toName=\"text\"><Label value=\"A\" background=\"red\"/></Labels></View>"}`)
	o := c.json(made)
	get := func(key string) payloads.Value { v, _ := o.Get(key); return v }
	if made.status != 201 || get("title") != "probe" || get("id") != int64(3) || get("task_number") != nil {
		t.Fatalf("%d %s", made.status, made.body)
	}
	if !strings.Contains(made.body, `"label_config":"<View><Text name=\"text\" value=\"$text\"/>`) || !strings.Contains(made.body,
		`"parsed_label_config":{"label":{"type":"Labels","to_name":["text"],"inputs":[{"type":"Text","valueType":null,"value":"text"}],`+
			`"labels":["A"],"labels_attrs":{"A":{"value":"A","background":"red"}}}}`) {
		t.Errorf("interface in %s", made.body)
	}
	keys := strings.Fields(`id title description label_config expert_instruction show_instruction show_skip_button enable_empty_annotation
		show_annotation_history organization color maximum_annotations is_published model_version is_draft created_by created_at
		min_annotations_to_start_training start_training_on_annotation_update show_collab_predictions num_tasks_with_annotations task_number
		useful_annotation_number ground_truth_number skipped_annotations_number total_annotations_number total_predictions_number sampling
		show_ground_truth_first annotator_evaluation_enabled show_overlap_first overlap_cohort_percentage task_data_login task_data_password
		control_weights parsed_label_config evaluate_predictions_automatically config_has_control_tags skip_queue
		reveal_preannotations_interactively pinned_at finished_task_number queue_total queue_done config_suitable_for_bulk_annotation state`)
	if diff := cmp.Diff(keys, o.Keys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	steps := []struct {
		method, path, body string
		want               string
	}{
		{"PATCH", "3", `{"title":"renamed","color":"#ff0000","maximum_annotations":2,"show_instruction":"yes","skip_queue":"IGNORE_SKIPPED"}`, "200"},
		{"PUT", "3/", `{}`, "200"},
		{"POST", "3/import", `[{"data":{"text":"a"}},{"text":"b"}]`, "201"},
		{"POST", "3/import", `{"text":"c"}`, "201"},
		{"DELETE", "3/tasks/", ``, "204"},
		{"DELETE", "3/tasks", ``, "204"}, // nothing left, nothing sent
		{"DELETE", "3", ``, "204"},
		{"GET", "3", ``, "404 No Project matches the given query."},
	}
	for _, step := range steps {
		a := c.do(step.method, projects+step.path, step.body)
		got := strconv.Itoa(a.status)
		if a.status >= 300 {
			got = told(c, a)
		}
		if got != step.want {
			t.Errorf("%s %s: %s %s", step.method, step.path, got, a.body)
		}
		if step.method == "PUT" {
			o = c.json(a)
			if get("title") != "renamed" || get("maximum_annotations") != int64(2) || get("show_instruction") != true || get("task_number") != int64(0) {
				t.Errorf("after PATCH and PUT %s", a.body)
			}
		}
	}
	want := []string{
		"PROJECT_CREATED", "PROJECT_UPDATED", "PROJECT_UPDATED", "TASKS_CREATED", "TASKS_CREATED", "TASKS_DELETED", "PROJECT_DELETED",
	}
	if diff := cmp.Diff(want, h.raised); diff != "" {
		t.Errorf("raised (-want +got):\n%s", diff)
	}
}

func TestProjectValidation(t *testing.T) {
	t.Parallel()
	c := newClient(t, newHost(t, "1.22"))
	for body, want := range map[string]string{
		`{"title":"ab"}`: `400 {"title":["Ensure this field has at least 3 characters."]}`,
		`{"title":5}`:    `400 {"title":["Ensure this field has at least 3 characters."]}`,
		`{"title":"` + strings.Repeat("x", 51) + `"}`: `400 {"title":["Ensure this field has no more than 50 characters."]}`,
		`{"title":[]}`: `400 {"title":["Not a valid string."]}`,
		`{"show_instruction":"maybe","sampling":"Y"}`:                        `400 {"show_instruction":["Must be a valid boolean."],"sampling":["\"Y\" is not a valid choice."]}`,
		`{"color":"z","skip_queue":"X"}`:                                     `400 {"color":["Color must be in \"#RRGGBB\" format"],"skip_queue":["\"X\" is not a valid choice."]}`,
		`{"maximum_annotations":"x"}`:                                        `400 {"maximum_annotations":["A valid integer is required."]}`,
		`{"maximum_annotations":2147483648}`:                                 `400 {"maximum_annotations":["Ensure this value is less than or equal to 2147483647."]}`,
		`{"maximum_annotations":null}`:                                       `400 {"maximum_annotations":["This field may not be null."]}`,
		`{"show_instruction":null}`:                                          `400 {"show_instruction":["This field may not be null."]}`,
		`{"title":"a\u0000bc"}`:                                              `400 {"title":["Null characters are not allowed."]}`,
		`{"color":"#fff"}`:                                                   `400 {"color":["Color must be in \"#RRGGBB\" format"]}`,
		`{"label_config":null}`:                                              `400 {"label_config":["can only parse strings"]}`,
		`{"label_config":"<View><Choices name=\"c\" toName=\"t\"/></View>"}`: `400 {"label_config":["toName=\"t\" not found in names: ['c']"]}`,
		`{"label_config":"<View><Text name=\"c\"/><Choices name=\"c\" toName=\"c\"/></View>"}`:    `400 {"label_config":["Label config contains non-unique names"]}`,
		`{"label_config":"<View><Text name=\"t\"/><Pairwise name=\"c\" toName=\"t,u\"/></View>"}`: `400 {"label_config":["toName=\"u\" not found in names: ['c', 't']"]}`,
		`{"label_config":"<View"}`:    `400 {"label_config":["label config is not well-formed: XML syntax error on line 1: unexpected EOF"]}`,
		`{"label_config":""}`:         `400 {"label_config":["label config is not well-formed: it must have one root element"]}`,
		`{"label_config":"<a/><b/>"}`: `400 {"label_config":["label config is not well-formed: it must have one root element"]}`,
		`[]`:                          `400 {"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`,
	} {
		for _, path := range []string{"POST /api/projects", "PATCH /api/projects/1"} {
			method, path, _ := strings.Cut(path, " ")
			if got := told(c, c.do(method, path, body)); got != want {
				t.Errorf("%s %s %.40s: %s, want %s", method, path, body, got, want)
			}
		}
	}
	for body, want := range map[string]string{`{}`: "", `{"title":null}`: "", `{"title":""}`: "", `{"title":"three"}`: "three"} {
		o := c.json(c.do("POST", projects, body))
		if title, _ := o.Get("title"); title != want {
			t.Errorf("%s makes the title %q", body, title)
		}
		if xml, _ := o.Get("label_config"); xml != "<View></View>" {
			t.Errorf("%s makes the interface %q", body, xml)
		}
	}
	for body, want := range map[string]string{
		`[]`:                        `400 {"non_field_errors":["load_tasks: No tasks added"]}`,
		`[1]`:                       `400 {"non_field_errors":["Error at item 0: Task root should be dict :: 1"]}`,
		`"x"`:                       `400 {"non_field_errors":["load_tasks: No data found in DATA or in FILES"]}`,
		`[{"text":"a"},{"data":1}]`: `400 {"non_field_errors":["Error at item 1: Task[data] must be dict or list :: {'data': 1}"]}`,
		`{`:                         `400 JSON parse error - Expecting property name enclosed in double quotes: line 1 column 2 (char 1)`,
	} {
		if got := told(c, c.do("POST", projects+"1/import", body)); got != want {
			t.Errorf("import %s: %s", body, got)
		}
	}
	if a := c.do("POST", projects+"99/import", `[{}]`); a.status != 404 || a.header.Get("Allow") != "" || !strings.HasPrefix(a.body, "<!doctype") {
		t.Errorf("import into nothing: %d %s", a.status, a.body)
	}
}

func TestProjectPages(t *testing.T) {
	t.Parallel()
	c := newClient(t, newHost(t, "1.22"))
	ids := func(query string) string {
		o := c.json(c.do("GET", projects+query, ""))
		list, _ := o.Get("results")
		rows, _ := list.(payloads.Array)
		count, _ := o.Get("count")
		after, _ := o.Get("next")
		before, _ := o.Get("previous")
		parts := []string{fmt.Sprint(count, " ", after, " ", before)}
		for _, row := range rows {
			object, _ := row.(*payloads.Object)
			id, _ := object.Get("id")
			parts = append(parts, fmt.Sprint(id))
		}
		return strings.Join(parts, " ")
	}
	const base = "http://127.0.0.1:8080/api/projects/"
	for query, want := range map[string]string{
		"": "2 <nil> <nil> 2 1", "?page_size=1": "2 " + base + "?page=2&page_size=1 <nil> 2",
		"?page=2&page_size=1": "2 <nil> " + base + "?page_size=1 1", "?page_size=0": "2 <nil> <nil> 2 1", "?page_size=x": "2 <nil> <nil> 2 1",
		"?page=last&page_size=1": "2 <nil> " + base + "?page_size=1 1", "?ids=1": "1 <nil> <nil> 1", "?title=STREET": "1 <nil> <nil> 2", "?title=zzz": "0 <nil> <nil>",
	} {
		if got := ids(query); got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
	for _, query := range []string{"?page=9", "?page=0", "?page=x"} {
		if got := told(c, c.do("GET", projects+query, "")); got != "404 Invalid page." {
			t.Errorf("%q: %s", query, got)
		}
	}
	if a := c.do("GET", projects+"?include=id,title&ids=2", ""); !strings.Contains(a.body, `"results":[{"id":2,"title":"Street scenes v2"}]`) {
		t.Errorf("include: %s", a.body)
	}
}

// TestSite checks version, health and what no API route answers.
func TestSite(t *testing.T) {
	t.Parallel()
	for profile, version := range map[string]string{"1.22": "1.22.0", "2026-07": "1.24.0.dev0", "documented": "1.22.0"} {
		c := newClient(t, newHost(t, profile)).with("Authorization", "")
		short := version[:4]
		want := `{"release": "` + version + `", "label-studio-os-package": {"version": "` + version + `", "short_version": "` + short +
			`", "latest_version_from_pypi": null, "latest_version_upload_time": null, "current_version_is_outdated": false}, ` +
			`"label-studio-os-backend": {"message": "", "commit": "", "date": "", "branch": "", "version": "` + version + `"}, ` +
			`"label-studio-frontend": {"message": "", "commit": "", "date": "", "branch": ""}, "dm2": {"message": "", "commit": "", "date": "", "branch": ""}, ` +
			`"label-studio-converter": {"version": "2.1.2"}, "edition": "Community", "lsf": {"message": "", "commit": "", "date": "", "branch": ""}, ` +
			`"backend": {"commit": ""}}`
		for _, path := range []string{"/api/version", "/api/version/"} {
			if a := c.do("GET", path, ""); a.body != want || a.header.Get("Content-Type") != "application/json" || a.header.Get("Allow") != "" {
				t.Errorf("%s %s: %s", profile, path, a.body)
			}
		}
		for _, path := range []string{"/health", "/health/", "/api/health"} {
			if a := c.do("POST", path, ""); a.status != 200 || a.body != `{"status": "UP"}` || a.header.Get("Content-Type") != "text/html; charset=utf-8" {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
	}
	c := newClient(t, newHost(t, "1.22"))
	if a := c.do("OPTIONS", hooks, ""); a.status != 200 || !strings.HasPrefix(a.body, `{"name":"Webhook List Api","description":"","renders":["application/json"]`) {
		t.Errorf("options: %d %s", a.status, a.body)
	}
	if a := c.do("HEAD", hooks, ""); a.status != 200 {
		t.Errorf("head: %d", a.status)
	}
}

// TestBrokenHost checks that whatever the core says becomes an envelope.
func TestBrokenHost(t *testing.T) {
	t.Parallel()
	h := newHost(t, "1.22")
	h.broken = errors.New("the store is away")
	c := newClient(t, h)
	for _, path := range []string{"GET " + hooks, "GET " + hooks + "1", "POST " + hooks, "GET " + projects, "GET " + projects + "1", "DELETE " + hooks + "1"} {
		method, path, _ := strings.Cut(path, " ")
		if got := told(c, c.do(method, path, `{"url":"http://localhost/x","project":1}`)); got != "500 the store is away" {
			t.Errorf("%s %s: %s", method, path, got)
		}
	}
	h.broken, h.world = nil, []byte(`"nonsense"`)
	if a := c.do("GET", projects, ""); a.status != 500 {
		t.Errorf("world of nonsense: %d", a.status)
	}
}

// TestManyClients runs requests side by side; the race detector looks on.
func TestManyClients(t *testing.T) {
	t.Parallel()
	h := newHost(t, "1.22")
	c := newClient(t, h)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for range 10 {
				c.do("POST", hooks, `{"url":"http://localhost/x","project":1}`)
				c.do("PATCH", fmt.Sprintf("%s%d/", hooks, i+1), `{"is_active":false}`)
				c.do("POST", projects+"1/import", `[{}]`)
				c.do("GET", hooks, "")
			}
		})
	}
	wait.Wait()
	if len(h.all) != 80 {
		t.Errorf("%d webhooks", len(h.all))
	}
}

// TestURLs compares our rule for URLs with the answers of Django's.
func TestURLs(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/captured/django-urls.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c := newClient(t, newHost(t, "1.22"))
	lines := bufio.NewScanner(f)
	lines.Scan() // says what the file is
	n := 0
	for lines.Scan() {
		var line struct {
			URL   string
			Valid bool
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if strings.TrimSpace(line.URL) != line.URL {
			continue // the field is trimmed before it is judged
		}
		n++
		body, err := json.Marshal(map[string]string{"url": line.URL})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.do("POST", hooks, string(body)).status == http.StatusNotFound; got != line.Valid {
			t.Errorf("%q: valid %v, want %v", line.URL, got, line.Valid)
		}
	}
	if n < 80 {
		t.Errorf("only %d URLs", n)
	}
}

// FuzzNative gives the API whatever a client sends: an answer and never a panic, an envelope with every error of the framework.
func FuzzNative(f *testing.F) {
	for _, seed := range []string{``, `{}`, `{"url":"http://localhost/","project":1}`, `[[[[`, `{"headers":{"\ud800":1e999}}`, `{"refresh":"a.b.c"}`, `{"label_config":"<a/>"}`, "\xff{", `-`, `1.5e`, `"\u12"`} {
		for _, path := range []string{hooks, hooks + "1/", "/api/token/refresh", projects, projects + "1", projects + "1/import"} {
			f.Add(path, seed)
		}
	}
	f.Fuzz(func(t *testing.T, path, body string) {
		if _, err := url.ParseRequestURI("http://127.0.0.1:8080" + path); err != nil || !strings.HasPrefix(path, "/") || strings.Contains(path, " ") {
			return
		}
		h := newHost(t, "2026-07")
		c := newClient(t, h)
		mustHook(c, h)
		for _, method := range []string{"POST", "PATCH", "PUT", "DELETE"} {
			a := c.do(method, path, body)
			if a.status >= 500 {
				t.Errorf("%s %s %q: %d %s", method, path, body, a.status, a.body)
			}
			if a.header.Get("Content-Type") == "application/json" && !json.Valid([]byte(a.body)) {
				t.Errorf("%s %s %q: no JSON: %s", method, path, body, a.body)
			}
		}
		for _, s := range h.all {
			if problems := h.platform.Check(s); len(problems) > 0 {
				t.Errorf("%q stores what we do not accept: %v", body, problems)
			}
		}
	})
}

func mustHook(c *client, h *host) {
	c.t.Helper()
	if a := c.do("POST", hooks, `{"url":"http://localhost/","project":1}`); a.status != http.StatusCreated || len(h.all) == 0 {
		c.t.Fatalf("%d %s", a.status, a.body)
	}
}

// TestNativeEverywhere checks that each profile has an API that makes subscriptions of its own profile.
func TestNativeEverywhere(t *testing.T) {
	t.Parallel()
	for _, p := range labelstudio.Platforms() {
		h := newHost(t, p.Profile)
		c := newClient(t, h)
		c.do("POST", hooks, `{"url":"http://localhost/","project":1}`)
		if len(h.all) != 1 || h.all[0].Profile != p.Profile {
			t.Errorf("%s: %+v", p.Profile, h.all)
		}
		if diff := cmp.Diff([]string{"/api/token/refresh", "/api/token/refresh/"}, p.Native.Roots); diff != "" {
			t.Errorf("%s: roots\n%s", p.Profile, diff)
		}
	}
}
