package datasaur

import (
	"encoding/base64"
	"strconv"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// world is what the triggered events of one seed share: a team, a project of one document in it, a labeler, a reviewer and someone who
// exports. It is drawn for each event and lives no longer; what actions change is a [state].
type world struct {
	team     team
	project  project
	document document
	labeler  user
	reviewer user
	exporter user
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
func newWorld(s *synth.Source, b payloads.Build) *world {
	w := &world{}
	w.team.ID = strconv.FormatInt(s.ID(idLow, teamHigh), 10)
	w.project.ID, w.project.OldID = projectIDs(s)
	w.document.ID, w.document.Origin = s.UUID(), s.UUID()
	w.labeler, w.reviewer, w.exporter = newUser(s), newUser(s), newUser(s)

	w.team.Name = teamName(s)
	w.document.File = s.FileName()
	w.document.text = s.Text()
	w.project.OldName = s.ProjectName()
	w.project.Name = synth.Pick(s, w.document.File, w.project.OldName)
	w.project.Tags, w.project.Kind = newTags(s), newKind(s)

	day := b.Now.UTC().Truncate(24 * time.Hour)
	w.document.Created = day.Add(-s.Duration(time.Minute, oldestDocument)).Truncate(time.Second)
	w.document.Saved = s.Time(w.document.Created, b.Now)
	return w
}

// projectIDs draws the ids that one project has in the two generations of the documents.
func projectIDs(s *synth.Source) (id, oldID string) {
	id = base64.RawStdEncoding.EncodeToString([]byte(s.Hex(projectHexDigits)))
	return id, "1" + s.IDText("", oldProjectIDChars-1)
}

func newTags(s *synth.Source) []string {
	return synth.Sample(s, s.Int(1, mostTags), "CUSTOM", "NER", "pilot", "urgent", "gold", "Übersetzung", "日本語", "Q4 2026")
}

func newKind(s *synth.Source) string {
	return synth.Pick(s, "CONSTITUENCY", "NER", "POS", "COREFERENCE", "DEPENDENCY")
}

func newUser(s *synth.Source) user {
	p := s.Person()
	u := user{ID: s.ID(idLow, userHigh), Email: p.Email, Username: p.Username, Name: p.Name()}
	// Most samples leave both empty, and empty is "", not null.
	named, nicknamed := s.Bool(0.5), s.Bool(0.5)
	if !named {
		u.Name = ""
	}
	if !nicknamed {
		u.Username = ""
	}
	return u
}

// teamName is what a workspace is called at first, after its owner, or later; the apostrophe is sometimes a typographic one.
func teamName(s *synth.Source) string {
	owner := s.Person().First
	return synth.Pick(s, owner+"'s Team Workspace", owner+"’s Team Workspace", s.ProjectName()+" team", "Équipe données", "データ班 Tokyo", "Команда разметки")
}
