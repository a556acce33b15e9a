package labelstudio_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
)

func TestActions(t *testing.T) {
	t.Parallel()
	twelve := []string{
		"PROJECT_CREATED", "PROJECT_UPDATED", "PROJECT_DELETED", "TASKS_CREATED", "TASKS_DELETED", "ANNOTATION_CREATED",
		"ANNOTATIONS_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED", "LABEL_LINK_CREATED", "LABEL_LINK_UPDATED",
		"LABEL_LINK_DELETED",
	}
	want := map[string][]string{
		"1.22": twelve, "2026-07": twelve,
		"documented": append(twelve[:12:12], "TASK_CREATED", "TASK_DELETED", "ANNOTATION_DELETED"),
	}
	for profile, names := range want {
		var got []string
		for _, e := range platform(t, profile).Events {
			got = append(got, e.Key)
			if e.Name != e.Key || e.Unlisted || e.Once {
				t.Errorf("%s %s: name %s, unlisted %v, once %v", profile, e.Key, e.Name, e.Unlisted, e.Once)
			}
		}
		if diff := cmp.Diff(names, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", profile, diff)
		}
	}
}

// TestBodies checks the top-level keys and whether things stand alone or in lists, as webhooks/models.py registers them.
func TestBodies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		event, variant string
		want           string // key:type
	}{
		{"PROJECT_CREATED", "", "action project:object"},
		{"PROJECT_UPDATED", "", "action project:object"},
		{"PROJECT_UPDATED", "credentials", "action project:object"},
		{"PROJECT_DELETED", "", "action project:object"},
		{"TASKS_CREATED", "", "action tasks:list project:object"},
		{"TASKS_CREATED", "single", "action tasks:list project:object"},
		{"TASKS_DELETED", "", "action tasks:list project:object"},
		{"TASKS_DELETED", "single", "action tasks:list project:object"},
		{"TASKS_DELETED", "delete-all", "action tasks:list"},
		{"ANNOTATION_CREATED", "", "action annotation:object project:object task:object"},
		{"ANNOTATION_CREATED", "skipped", "action annotation:object project:object task:object"},
		{"ANNOTATIONS_CREATED", "", "action annotation:list project:object task:list"},
		{"ANNOTATION_UPDATED", "", "action annotation:object project:object task:object"},
		{"ANNOTATIONS_DELETED", "", "action annotations:list project:object"},
		{"ANNOTATIONS_DELETED", "several", "action annotations:list project:object"},
		{"LABEL_LINK_CREATED", "", "action label_link:list project:object"},
		{"LABEL_LINK_UPDATED", "", "action label_link:object project:object label:object"},
		{"LABEL_LINK_DELETED", "", "action label_link:object project:object"},
	}
	for _, profile := range []string{"1.22", "2026-07"} {
		p := platform(t, profile)
		for _, tt := range tests {
			o := build(t, p, tt.event, payloads.Build{Variant: tt.variant, Seed: 3, IDSeed: 3})
			parts := []string{}
			for _, m := range o.Members() {
				switch m.Value.(type) {
				case payloads.Array:
					parts = append(parts, m.Key+":list")
				case *payloads.Object:
					parts = append(parts, m.Key+":object")
				default:
					parts = append(parts, m.Key)
				}
			}
			if got := strings.Join(parts, " "); got != tt.want {
				t.Errorf("%s %s.%s is %s, want %s", profile, tt.event, tt.variant, got, tt.want)
			}
		}
	}
}

// TestKeys checks the keys of each entity, in order, against the schemas of the servers.
func TestKeys(t *testing.T) {
	t.Parallel()
	project122 := strings.Fields(`id task_number finished_task_number total_predictions_number total_annotations_number
		num_tasks_with_annotations useful_annotation_number ground_truth_number skipped_annotations_number title description
		label_config parsed_label_config label_config_hash expert_instruction show_instruction show_skip_button enable_empty_annotation
		reveal_preannotations_interactively show_annotation_history show_collab_predictions evaluate_predictions_automatically token
		result_count color maximum_annotations min_annotations_to_start_training control_weights model_version data_types is_draft
		is_published created_at updated_at sampling skip_queue show_ground_truth_first show_overlap_first overlap_cohort_percentage
		task_data_login task_data_password pinned_at custom_task_lock_ttl deleted_at purge_at search_vector organization created_by
		deleted_by`)
	project2607 := strings.Fields(strings.Replace(strings.Join(project122, " "),
		"show_ground_truth_first ", "show_ground_truth_first annotator_evaluation_enabled ", 1))
	task := strings.Fields(`id data meta created_at updated_at is_labeled allow_skip overlap inner_id total_annotations
		cancelled_annotations total_predictions precomputed_agreement comment_count unresolved_comment_count last_comment_updated_at
		project updated_by file_upload comment_authors`)
	annotation := strings.Fields(`id result was_cancelled ground_truth created_at updated_at draft_created_at lead_time prediction
		result_count unique_id import_id last_action bulk_created task project completed_by updated_by parent_prediction
		parent_annotation last_created_by`)
	link := []string{"id", "from_name", "project", "label"}
	label := strings.Fields(`id links created_at updated_at value title description approved created_by approved_by organization projects`)
	tests := []struct {
		profile, event, key string
		want                []string
	}{
		{"1.22", "PROJECT_CREATED", "project", project122},
		{"2026-07", "PROJECT_CREATED", "project", project2607},
		{"1.22", "TASKS_CREATED", "project", project122},
		{"1.22", "TASKS_CREATED", "tasks", task},
		{"2026-07", "TASKS_CREATED", "tasks", task},
		{"1.22", "ANNOTATION_CREATED", "task", task},
		{"1.22", "ANNOTATION_CREATED", "annotation", annotation},
		{"2026-07", "ANNOTATIONS_CREATED", "annotation", annotation},
		{"1.22", "LABEL_LINK_CREATED", "label_link", link},
		{"1.22", "LABEL_LINK_UPDATED", "label", label},
		{"1.22", "LABEL_LINK_DELETED", "label_link", []string{"id"}},
		{"1.22", "PROJECT_DELETED", "project", []string{"id"}},
		{"1.22", "TASKS_DELETED", "tasks", []string{"id"}},
		{"1.22", "ANNOTATIONS_DELETED", "annotations", []string{"id"}},
	}
	if len(project122) != 49 || len(project2607) != 50 {
		t.Fatalf("%d and %d project keys, want 49 and 50", len(project122), len(project2607))
	}
	for _, tt := range tests {
		got := keysAt(t, build(t, platform(t, tt.profile), tt.event, payloads.Build{}), tt.key)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s %s %s (-want +got):\n%s", tt.profile, tt.event, tt.key, diff)
		}
	}
}
