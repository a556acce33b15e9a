package e2e_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
)

// documented is one name that the five seed documents print, and where their example of it is kept.
type documented struct {
	name    string
	example string // below payloads/<folder>/testdata/captured; "" where the documents show none
	variant string
}

// same is a list of types whose examples are files of their names.
func same(names ...string) []documented {
	var list []documented
	for _, name := range names {
		list = append(list, documented{name: name, example: name + ".json"})
	}
	return list
}

// unshown is a list of types that the documents name and do not show.
func unshown(names ...string) []documented {
	var list []documented
	for _, name := range names {
		list = append(list, documented{name: name})
	}
	return list
}

// documentation is what one platform's documents hold, in the profile that prints them.
type documentation struct {
	platform, profile, folder string
	types                     []documented
	compare                   payloadtest.Example // how examples are compared
}

func documentations() []documentation {
	labelStudio := same(
		"TASKS_CREATED", "TASKS_DELETED", "ANNOTATION_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED", "PROJECT_CREATED", "PROJECT_UPDATED",
		"PROJECT_DELETED",
	)
	frame := "issue.elements[].frame_data."
	return []documentation{
		{platform: "argilla", folder: "argilla", types: same(
			"dataset.created", "dataset.updated", "dataset.deleted", "dataset.published", "record.created", "record.updated", "record.deleted",
			"record.completed", "response.created", "response.updated", "response.deleted",
		), compare: payloadtest.Example{Nullable: []string{"data.user.last_name"}, Open: argillaSettings()}},
		{platform: "datasaur", folder: "datasaur", types: []documented{
			{name: "PROJECT_CREATED", example: "project-created.json"},
			{name: "BEFORE_UPDATE_LABELS", example: "before-update-labels.json"},
			{name: "PROJECT_COMPLETED", example: "project-completed.json"},
			{name: "PROJECT_REVIEWED", example: "project-reviewed.json"},
			{name: "export", example: "export.json", variant: "document"},
		}, compare: payloadtest.Example{Exact: true}},
		{
			platform: "label-studio", profile: "documented", folder: "labelstudio", compare: payloadtest.Example{Exact: true},
			types: append(unshown("TASK_CREATED", "TASK_DELETED", "ANNOTATION_DELETED"), labelStudio...),
		},
		{
			platform: "label-studio", profile: "1.22", folder: "labelstudio",
			types: append(unshown("ANNOTATIONS_CREATED", "LABEL_LINK_CREATED", "LABEL_LINK_UPDATED", "LABEL_LINK_DELETED"), labelStudio...),
		},
		{platform: "toloka", folder: "toloka", types: append(
			unshown("ASSIGNMENT_SUBMITTED", "ASSIGNMENT_SKIPPED", "ASSIGNMENT_EXPIRED", "ASSIGNMENT_APPROVED", "ASSIGNMENT_REJECTED"),
			documented{name: "POOL_CLOSED", example: "pool-closed.json"}, documented{name: "ASSIGNMENT_CREATED", example: "assignment-created.json"},
			documented{name: "DYNAMIC_OVERLAP_COMPLETED", example: "dynamic-overlap-completed.json"}, documented{name: "TEST_EVENT", example: "test-event.json"},
		), compare: payloadtest.Example{Key: "events", Exact: true, Open: []string{"output_values"}}},
		{platform: "aquarium", profile: "documented", folder: "aquarium", types: append(
			unshown("dataset-complete", "dataset-failed", "issues-created", "issue-update"), same("issue-exported")...,
		), compare: payloadtest.Example{Open: []string{frame + "custom_metrics", frame + "geo_data"}}},
	}
}

// argillaSettings are places in Argilla's examples where the elements of one list differ in kind: a text field beside an image field, say.
// payloads/argilla compares them place by place.
func argillaSettings() []string {
	var open []string
	for _, dataset := range []string{"data", "data.dataset", "data.record.dataset"} {
		for _, list := range []string{".fields[].settings", ".questions[].settings", ".metadata_properties[].settings"} {
			open = append(open, dataset+list)
		}
	}
	return open
}

// TestDocumentedExamples triggers everything that the five seed documents name, and compares what arrives with the examples they print:
// every key, of the same type, in the same order.
func TestDocumentedExamples(t *testing.T) {
	s := start(t, "--redis", "memory", "--time-scale", "0.02")
	for _, d := range documentations() {
		t.Run(d.platform+"/"+d.profile, func(t *testing.T) {
			s := s.on(t)
			h := listen(t, d.platform, hookOptions{profile: d.profile})
			more := object{"timeout": "30s"}
			if d.profile != "" {
				more["profile"] = d.profile
			}
			sub := s.attach(h, d.platform, more)
			defer s.checked(http.MethodDelete, "/api/v1/subscriptions/"+sub.ID, nil)
			for i, x := range d.types {
				trigger := object{"platform": d.platform, "type": x.name, "subscription_ids": []string{sub.ID}}
				if x.variant != "" {
					trigger["variant"] = x.variant
				}
				s.triggerSettled(trigger)
				got := h.await(i+1, 5*time.Second)
				body := got[i].Body
				if len(got) != i+1 || x.name != "export" && !strings.Contains(string(body), `"`+x.name+`"`) {
					t.Errorf("%s: %d requests, the last %.300s", x.name, len(got), body)
				}
				if x.example == "" {
					continue
				}
				for _, wrong := range d.compare.Compare(body, printed(t, d.folder, x.example)) {
					t.Errorf("%s: %s", x.name, wrong)
				}
			}
		})
	}
}

// printed is an example as the documents print it.
func printed(t *testing.T, folder, file string) payloads.Value {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "payloads", folder, "testdata", "captured", file))
	if err != nil {
		t.Fatal(err)
	}
	v, err := payloads.ParseValue(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
