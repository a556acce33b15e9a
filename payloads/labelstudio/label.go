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
		description: synth.Pick(s, "Use it only where the text says so itself.", "Not for headings.", "See guideline 4.2 for \"maybe\".",
			"Auch bei Ironie.", "Dans le doute, demandez.", "文脈から分かる場合のみ。", "Только для прямой речи.", "👀 under review"),
		approved: s.Bool(0.5),
		age:      s.Duration(2*time.Minute, 20*time.Hour),
	}
}

// link is a label's place in a project.
type link struct {
	id, project, label int64
	control            string
}

// link returns the link of label i.
func (w *world) link(l labelFacts, i int) link {
	return link{id: l.link + int64(i), project: w.project.id, label: l.label + int64(i), control: w.configs[textKind].control}
}

// printLink returns a link. The count of annotations that the API shows is not there, because nothing annotates the object before the
// hook runs.
func (p printer) printLink(l link) *payloads.Object {
	return payloads.Obj("id", l.id, "from_name", l.control, "project", l.project, "label", l.label)
}

// customLabel is a label that was added to projects beside their labeling interface.
type customLabel struct {
	id, author       int64
	title            string
	description      payloads.Value // text or nil
	approver         payloads.Value // id or nil
	created, updated time.Time
	links, projects  payloads.Array // of ids
}

// label returns the first label.
func (w *world) label(l labelFacts) customLabel {
	created := w.before(l.age)
	c := customLabel{
		id: l.label, author: l.author, title: l.titles[0], description: l.description, created: created,
		updated: created.Add(45 * time.Second), links: payloads.Array{l.link}, projects: payloads.Array{w.project.id},
	}
	if l.approved {
		c.approver = l.approver
	}
	return c
}

// printLabel returns a label with its relations as lists of ids.
func (p printer) printLabel(l customLabel) *payloads.Object {
	return payloads.Obj(
		"id", l.id, "links", l.links, "created_at", wire.ISOMicroShortZ(l.created), "updated_at", wire.ISOMicroShortZ(l.updated),
		"value", p.stored(payloads.Array{l.title}), "title", l.title, "description", l.description, "approved", l.approver != nil,
		"created_by", l.author, "approved_by", l.approver, "organization", organization, "projects", l.projects)
}
