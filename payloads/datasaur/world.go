package datasaur

import (
	"encoding/base64"
	"strconv"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// world is what the events of one seed share: a team, a project of one document in it, a labeler, a reviewer and someone who exports.
type world struct {
	team     team
	project  project
	document document
	labeler  user
	reviewer user
	exporter user
}

type team struct{ id, name string }

type project struct {
	id      string // unpadded base64 of eight hex digits
	oldID   string // as the samples of 2020 have it
	name    string
	oldName string
	tags    []string
	kind    string // the type of 2020
}

type document struct {
	id, origin, file string
	text             synth.Text
	created, saved   time.Time
}

// user is one person. Datasaur prints the number as a string where it shows the user and as a number where a label names its author.
type user struct {
	id                    int64
	email, username, name string
}

// Bounds of what is drawn.
const (
	idLow, teamHigh, userHigh = 1, 4_999, 99_999
	projectHexDigits          = 8
	oldProjectIDChars         = 11
	mostTags                  = 3
	oldestDocument            = 72 * time.Hour
)

// newWorld draws the world of b. Every event type draws all of it in the same order, so the events of one seed agree.
func newWorld(s *synth.Source, b payloads.Build) world {
	var w world
	w.team.id = strconv.FormatInt(s.ID(idLow, teamHigh), 10)
	w.project.id = base64.RawStdEncoding.EncodeToString([]byte(s.Hex(projectHexDigits)))
	w.project.oldID = "1" + s.IDText("", oldProjectIDChars-1)
	w.document.id, w.document.origin = s.UUID(), s.UUID()
	w.labeler, w.reviewer, w.exporter = newUser(s), newUser(s), newUser(s)

	w.team.name = teamName(s)
	w.document.file = s.FileName()
	w.document.text = s.Text()
	w.project.oldName = s.ProjectName()
	w.project.name = synth.Pick(s, w.document.file, w.project.oldName)
	w.project.tags = synth.Sample(s, s.Int(1, mostTags), "CUSTOM", "NER", "pilot", "urgent", "gold", "Übersetzung", "日本語", "Q4 2026")
	w.project.kind = synth.Pick(s, "CONSTITUENCY", "NER", "POS", "COREFERENCE", "DEPENDENCY")

	day := b.Now.UTC().Truncate(24 * time.Hour)
	w.document.created = day.Add(-s.Duration(time.Minute, oldestDocument)).Truncate(time.Second)
	w.document.saved = s.Time(w.document.created, b.Now)
	return w
}

func newUser(s *synth.Source) user {
	p := s.Person()
	u := user{id: s.ID(idLow, userHigh), email: p.Email, username: p.Username, name: p.Name()}
	// Most samples leave both empty, and empty is "", not null.
	named, nicknamed := s.Bool(0.5), s.Bool(0.5)
	if !named {
		u.name = ""
	}
	if !nicknamed {
		u.username = ""
	}
	return u
}

// teamName is what a workspace is called at first, after its owner, or later; the apostrophe is sometimes a typographic one.
func teamName(s *synth.Source) string {
	owner := s.Person().First
	return synth.Pick(s, owner+"'s Team Workspace", owner+"’s Team Workspace", s.ProjectName()+" team", "Équipe données", "データ班 Tokyo", "Команда разметки")
}

func (t team) print() *payloads.Object { return payloads.Obj("id", t.id) }

func (u user) print() *payloads.Object {
	return payloads.Obj("id", strconv.FormatInt(u.id, 10), "email", u.email, "username", u.username, "name", u.name)
}

// project2023 prints a project as the documents do since 2023.
func project2023(w world) *payloads.Object {
	tags := make(payloads.Array, len(w.project.tags))
	for i, t := range w.project.tags {
		tags[i] = t
	}
	return payloads.Obj("id", w.project.id, "name", w.project.name, "tags", tags)
}

// project2020 prints a project as the documents did in 2020.
func project2020(w world) *payloads.Object {
	return payloads.Obj("id", w.project.oldID, "name", w.project.oldName, "type", w.project.kind)
}
