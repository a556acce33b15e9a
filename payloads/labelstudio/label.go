package labelstudio

import (
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// linkedLabels is how many labels the creation of a world links to its project.
const linkedLabels = 2

// labelFacts is what a seed says about the custom labels of its project. Label i and link i belong together.
type labelFacts struct {
	label, link      int64 // ids of the first; the others follow
	author, approver int64
	titles           []string
	description      string
	approved         bool
	age              time.Duration // of the label when its link is updated
}

func drawLabels(s *synth.Source) labelFacts {
	return labelFacts{
		label: s.ID(1, 3000), link: s.ID(1, 5000), author: s.ID(1, 9), approver: s.ID(1, 9),
		titles: synth.Sample(s, linkedLabels,
			"Partial answer", "Evidence", "Contradiction", "Réponse indirecte", "Ironie", "Quote", "住所", "Дата", "Out of scope", "Unklar",
			"Implied", "Speaker", "Product name", "Side effect"),
		description: s.Sentence(),
		approved:    s.Bool(0.5),
		age:         s.Duration(2*time.Minute, 20*time.Hour),
	}
}

// printLink returns the link of label i. The count of annotations that the API shows is not there, because nothing annotates the object
// before the hook runs.
func (w *world) printLink(l labelFacts, i int) *payloads.Object {
	return payloads.Obj(
		"id", l.link+int64(i), "from_name", w.configs[textKind].control, "project", w.project.id, "label", l.label+int64(i))
}

// printLabel returns the first label with its relations as lists of ids.
func (w *world) printLabel(l labelFacts) *payloads.Object {
	approver := payloads.Value(nil)
	if l.approved {
		approver = l.approver
	}
	created := w.before(l.age)
	return payloads.Obj(
		"id", l.label, "links", payloads.Array{l.link}, "created_at", wire.ISOMicroShortZ(created),
		"updated_at", wire.ISOMicroShortZ(created.Add(45*time.Second)), "value", payloads.Array{l.titles[0]}, "title", l.titles[0],
		"description", l.description, "approved", l.approved, "created_by", l.author, "approved_by", approver,
		"organization", organization, "projects", payloads.Array{w.project.id})
}
