package datasaur

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// subject is what one event is about, whoever made it: a trigger draws one, an action takes a snapshot of its world. Everything is printed
// from a subject, so both look alike. Its JSON is payloads.Raised.Subject.
type subject struct {
	Team     team     `json:"team,omitzero"`
	Project  project  `json:"project,omitzero"`
	Document document `json:"document,omitzero"` // the copy of By
	By       user     `json:"by,omitzero"`       // labeler, reviewer or whoever exports
	Review   bool     `json:"review,omitempty"`  // Document is the reviewer's copy
	Deleted  []label  `json:"deleted,omitempty"`
	Upserted []label  `json:"upserted,omitempty"`
	FileURL  string   `json:"file_url,omitempty"` // of an export
	Whole    bool     `json:"whole,omitempty"`    // the export is of the project, not of Document
}

type team struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type project struct {
	ID      string   `json:"id"`     // unpadded base64 of eight hex digits
	OldID   string   `json:"old_id"` // as the samples of 2020 have it
	Name    string   `json:"name"`
	OldName string   `json:"old_name"`
	Tags    []string `json:"tags"`
	Kind    string   `json:"kind"` // the type of 2020
}

// document is one person's copy of a document; all copies share the origin.
type document struct {
	ID      string     `json:"id"`
	Origin  string     `json:"origin"`
	File    string     `json:"file"`
	Created time.Time  `json:"created"`
	Saved   time.Time  `json:"saved"`
	text    synth.Text // of a trigger's document
}

// user is one person. Datasaur prints the number as a string where it shows the user and as a number where a label names its author.
type user struct {
	ID       int64  `json:"id"`
	Email    string `json:"email"`
	Username string `json:"username"`
	Name     string `json:"name"`
}

// variant names the form of an event about s; "" where its type has only one.
func (s subject) variant(eventType string) string {
	switch {
	case eventType == Export && s.Whole:
		return VariantProject
	case eventType == Export:
		return VariantDocument
	case eventType != BeforeUpdateLabels:
		return ""
	case len(s.Deleted) > 0:
		return VariantDelete
	case s.Review:
		return VariantReview
	default:
		return VariantUpsert
	}
}

// label is a label as an edit shows it.
type label struct {
	Mark       mark     `json:"mark"`
	Item       string   `json:"item"` // id in the label set
	Phase      string   `json:"phase"`
	Confidence *float64 `json:"confidence,omitempty"`
	By         int64    `json:"by"`
}

// The phases of labels. Source: enum LabelPhase in robosaur's generated schema.
const (
	phaseLabeler    = "LABELER"
	phaseReviewer   = "REVIEWER"
	phasePrelabeled = "PRELABELED"
)

// builder makes the Build of one event type: draw makes the subject of a trigger, print prints any subject.
func builder(
	key string, variants []payloads.Variant, draw func(*synth.Source, *world, string) subject, printSubject func(subject, payloads.Build) *payloads.Object,
) func(payloads.Build) (*payloads.Object, error) {
	return func(b payloads.Build) (*payloads.Object, error) {
		variant, err := payloads.VariantNamed(key, variants, b.Variant)
		if err != nil {
			return nil, err
		}
		if b.Subject == nil {
			s := synth.New(b.Seed, b.IDSeed)
			return printSubject(draw(s, newWorld(s, b), variant), b), nil
		}
		var about subject
		if err := json.Unmarshal(b.Subject, &about); err != nil {
			return nil, fmt.Errorf("read the subject of %s: %w", key, err)
		}
		return printSubject(about, b), nil
	}
}

// envelope is what every notification has in common.
func envelope(eventType string, data *payloads.Object) *payloads.Object {
	return payloads.Obj("eventType", eventType, "data", data)
}

func (t team) print() *payloads.Object { return payloads.Obj("id", t.ID) }

func (u user) print(b payloads.Build) *payloads.Object {
	if b.Subscription.Quirk(quirkEmptyNames, false) {
		u.Username, u.Name = "", ""
	}
	return payloads.Obj("id", strconv.FormatInt(u.ID, 10), "email", u.Email, "username", u.Username, "name", u.Name)
}

// print2023 prints a project as the documents do since 2023.
func (p project) print2023() *payloads.Object {
	tags := make(payloads.Array, len(p.Tags))
	for i, t := range p.Tags {
		tags[i] = t
	}
	return payloads.Obj("id", p.ID, "name", p.Name, "tags", tags)
}

// print2020 prints a project as the documents did in 2020.
func (p project) print2020() *payloads.Object {
	return payloads.Obj("id", p.OldID, "name", p.OldName, "type", p.Kind)
}

func (d document) print() *payloads.Object {
	return payloads.Obj(
		"id", d.ID,
		"originId", d.Origin,
		"name", d.File,
		"fileName", d.File,
		"createdAt", wire.ISOMilliZ(d.Created),
		"lastSavedAt", wire.ISOMilliZ(d.Saved),
	)
}
