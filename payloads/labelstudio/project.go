package labelstudio

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
	"github.com/annohook/annohook/payloads/internal/wire"
)

const day = 24 * time.Hour

// keyLength is the length of the token that a server gives to a project.
const keyLength = 40

// ignoreSkipped is the skip queue that takes a skipped task for a finished one.
const ignoreSkipped = "IGNORE_SKIPPED"

// projectFacts is what a seed says about its project before the event happens.
type projectFacts struct {
	id, owner        int64
	token            string // 16 hex digits, of the documents
	key              string // 40 letters and digits, of the servers
	words            words
	instructed       bool // whether annotators are shown the instruction
	color, sampling  string
	skipQueue        string
	overlap          int // annotations that complete a task
	number           int // in "New Project #7"
	labels           int // which label set
	created, changed time.Time
	latency          time.Duration // between a change and the request about it
	login, password  string        // of the task data, for the variant that has them
	base             tally
}

func drawProject(s *synth.Source, now time.Time) projectFacts {
	p := projectFacts{
		id: s.ID(1, 400), owner: s.ID(1, 9), token: s.Hex(16), key: s.IDText(synth.Letters, keyLength),
		words: drawWords(s), instructed: s.Bool(0.6),
		color:     synth.Pick(s, "#FFFFFF", "#FF8559", "#F6C549", "#9AC422", "#51AAFD", "#7F64FF", "#D55C9D"),
		sampling:  synth.Pick(s, "Sequential sampling", "Uniform sampling", "Uncertainty sampling"),
		skipQueue: synth.Pick(s, "REQUEUE_FOR_OTHERS", "REQUEUE_FOR_OTHERS", "REQUEUE_FOR_ME", ignoreSkipped),
		overlap:   synth.Pick(s, 1, 1, 1, 2),
		number:    s.Int(2, 90),
		labels:    s.Int(0, labelSets-1),
		login:     synth.Pick(s, "s3-reader", "media", "basic-auth-bot", "câmera"),
		password:  synth.Pick(s, "tr0mbone-Apfel", "hunter2hunter2", "correct-horse-9", "pässwörd-77"),
	}
	today := now.Truncate(day)
	p.created = s.Time(today.Add(-190*day), today.Add(-9*day))
	p.changed = s.Time(p.created, today.Add(-8*day))
	p.latency = s.Duration(4*time.Millisecond, 60*time.Millisecond)
	p.base = drawTally(s, p.overlap)
	return p
}

// tally is the eight counters of a project.
type tally struct {
	tasks, finished, predictions, annotations, annotated, useful, groundTruth, skipped int
}

// MarshalJSON prints the counters as a list, in the order of their keys in a project.
func (t tally) MarshalJSON() ([]byte, error) {
	return json.Marshal([]int{t.tasks, t.finished, t.predictions, t.annotations, t.annotated, t.useful, t.groundTruth, t.skipped})
}

// UnmarshalJSON reads what MarshalJSON prints.
func (t *tally) UnmarshalJSON(data []byte) error {
	var list [8]int
	if err := json.Unmarshal(data, &list); err != nil {
		return fmt.Errorf("read counters: %w", err)
	}
	t.tasks, t.finished, t.predictions, t.annotations = list[0], list[1], list[2], list[3]
	t.annotated, t.useful, t.groundTruth, t.skipped = list[4], list[5], list[6], list[7]
	return nil
}

// plus adds the counters of other tasks.
func (t tally) plus(o tally) tally {
	return tally{
		tasks: t.tasks + o.tasks, finished: t.finished + o.finished, predictions: t.predictions + o.predictions,
		annotations: t.annotations + o.annotations, annotated: t.annotated + o.annotated, useful: t.useful + o.useful,
		groundTruth: t.groundTruth + o.groundTruth, skipped: t.skipped + o.skipped,
	}
}

// drawTally makes counters that add up, of the tasks that were there before the import that the events of a world are about.
func drawTally(s *synth.Source, overlap int) tally {
	t := tally{tasks: s.Int(2*deletedTasks, 400)}
	// Some tasks stay untouched: those that TASKS_DELETED takes away.
	t.finished = s.Int(1, t.tasks-deletedTasks)
	begun := s.Int(0, t.tasks-deletedTasks-t.finished)
	t.groundTruth = s.Int(0, min(3, t.finished))
	t.skipped = s.Int(0, t.tasks/10)
	t.predictions = s.Int(0, t.tasks)
	t.annotations, t.annotated = t.finished, t.finished-t.groundTruth
	if overlap > 1 {
		t.annotations, t.annotated = t.finished*overlap+begun, t.finished+begun
	}
	t.useful = t.annotations - t.groundTruth
	return t
}

// imported adds n new tasks.
func (t tally) imported(n int) tally {
	t.tasks += n
	return t
}

// submitted adds n annotations, each the first of its task; finished of these tasks are complete with it.
func (t tally) submitted(n, finished int) tally {
	t.annotations += n
	t.useful += n
	t.annotated += n
	t.finished += finished
	return t
}

func (t tally) members() []any {
	return []any{
		"task_number", t.tasks, "finished_task_number", t.finished, "total_predictions_number", t.predictions,
		"total_annotations_number", t.annotations, "num_tasks_with_annotations", t.annotated, "useful_annotation_number", t.useful,
		"ground_truth_number", t.groundTruth, "skipped_annotations_number", t.skipped,
	}
}

// view is a project at one moment.
type view struct {
	id, owner    int64
	token        string
	tally        tally
	config       config
	title        string
	description  string
	instruction  string
	instructed   bool
	color        string
	sampling     string
	skipQueue    string
	overlap      int
	modelVersion string
	created      time.Time
	updated      time.Time
	login        payloads.Value // of the task data, text or nil
	password     payloads.Value
}

// view returns the project of the world with the labeling interface of kind and the counters t.
func (w *world) view(k kind, t tally) view {
	p := w.project
	v := view{
		id: p.id, owner: p.owner, token: p.key, tally: t, config: w.configs[k], title: p.words.title(k), description: p.words.describe(k),
		instruction: p.words.instruct(k), instructed: p.instructed, color: p.color, sampling: p.sampling, skipQueue: p.skipQueue,
		overlap: p.overlap, modelVersion: p.words.modelVersion(k), created: p.created, updated: p.changed,
	}
	if w.gen == documents {
		v.token = p.token
	}
	return v
}

// newborn returns the project as it is right after its creation: no name of its own, no interface, no tasks. It is saved again some
// microseconds after its creation.
func (w *world) newborn() view {
	v := w.view(textKind, tally{})
	v.config, v.title = emptyConfig(), fmt.Sprintf("New Project #%d", w.project.number)
	v.description, v.instruction, v.instructed, v.modelVersion = "", "", false, ""
	v.created = w.before(w.project.latency)
	v.updated = w.before(w.project.latency - 33*time.Microsecond)
	return v
}

// printProject returns the project as the generation prints it.
func (p printer) printProject(v view) *payloads.Object {
	if p.gen == documents {
		return p.printProject2021(v)
	}
	pairs := make([]any, 0, 100)
	pairs = append(append(pairs, "id", v.id), v.tally.members()...)
	pairs = append(pairs,
		"title", v.title, "description", v.description, "label_config", v.config.xml, "parsed_label_config", p.stored(v.config.parsed()),
		"label_config_hash", v.config.hash(), "expert_instruction", v.instruction, "show_instruction", v.instructed,
		"show_skip_button", true, "enable_empty_annotation", true, "reveal_preannotations_interactively", false,
		"show_annotation_history", false, "show_collab_predictions", true, "evaluate_predictions_automatically", false,
		"token", v.token, "result_count", 0, "color", v.color, "maximum_annotations", v.overlap, "min_annotations_to_start_training", 0,
		"control_weights", p.stored(v.config.weights()), "model_version", v.modelVersion, "data_types", p.stored(v.config.dataTypes()),
		"is_draft", false, "is_published", false, "created_at", wire.ISOMicroShortZ(v.created), "updated_at", wire.ISOMicroShortZ(v.updated),
		"sampling", v.sampling, "skip_queue", v.skipQueue, "show_ground_truth_first", false)
	if p.evaluation {
		pairs = append(pairs, "annotator_evaluation_enabled", false)
	}
	pairs = append(pairs,
		"show_overlap_first", false, "overlap_cohort_percentage", 100, "task_data_login", v.login, "task_data_password", v.password,
		"pinned_at", nil, "custom_task_lock_ttl", nil, "deleted_at", nil, "purge_at", nil, "search_vector", p.searchVector(v),
		"organization", organization, "created_by", v.owner, "deleted_by", nil)
	return payloads.Obj(pairs...)
}

// printProject2021 returns the project with the keys of the documents' examples.
func (p printer) printProject2021(v view) *payloads.Object {
	pairs := make([]any, 0, 80)
	pairs = append(pairs, "id", v.id)
	if p.counters {
		pairs = append(pairs, v.tally.members()...)
	}
	pairs = append(pairs,
		"title", v.title, "description", v.description, "label_config", v.config.xml, "expert_instruction", v.instruction,
		"show_instruction", v.instructed, "show_skip_button", true, "enable_empty_annotation", true,
		"show_annotation_history", false, "show_collab_predictions", true, "evaluate_predictions_automatically", false,
		"token", v.token, "result_count", 0, "color", v.color, "maximum_annotations", v.overlap, "min_annotations_to_start_training", 10,
		"control_weights", v.config.weights(), "model_version", v.modelVersion, "data_types", v.config.dataTypes(),
		"is_draft", false, "is_published", false, "created_at", wire.ISOMicroShortZ(v.created), "updated_at", wire.ISOMicroShortZ(v.updated),
		"sampling", v.sampling, "show_ground_truth_first", true, "show_overlap_first", true, "overlap_cohort_percentage", 100,
		"task_data_login", v.login, "task_data_password", v.password, "organization", organization, "created_by", v.owner)
	return payloads.Obj(pairs...)
}

// searchVector is null on SQLite; PostgreSQL's text form of a vector lists words in order, each with the places it stands at.
func (p printer) searchVector(v view) payloads.Value {
	if !p.postgresql {
		return nil
	}
	words := strings.Fields(strings.ToLower(v.title))
	entries := make([]string, len(words))
	for i, word := range words {
		entries[i] = fmt.Sprintf("'%s':%d", strings.ReplaceAll(word, "'", "''"), i+1)
	}
	slices.Sort(entries)
	return strings.Join(entries, " ")
}
