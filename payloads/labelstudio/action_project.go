package labelstudio

import (
	"math"
	"slices"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
)

// Bounds of a project's title, in characters, and of its longer texts.
const (
	minTitle = 3
	maxTitle = 50
	maxText  = 2000

	maxOverlap = math.MaxInt32 // of a Django IntegerField
)

// Names of the parameters that hold a project's settings.
const (
	paramTitle       = "title"
	paramKind        = "kind"
	paramDescription = "description"
	paramInterface   = "label_config"
	paramInstruction = "expert_instruction"
	paramInstructed  = "show_instruction"
	paramColor       = "color"
	paramOverlap     = "maximum_annotations"
	paramSampling    = "sampling"
	paramSkipQueue   = "skip_queue"
	paramModel       = "model_version"
)

// samplings and skipQueues are the choices of a project.
func samplings() []string {
	return []string{"Sequential sampling", "Uniform sampling", "Uncertainty sampling"}
}

func skipQueues() []string { return []string{"REQUEUE_FOR_ME", "REQUEUE_FOR_OTHERS", ignoreSkipped} }

// settingParams are the settings of a project that an action can set.
func settingParams() []payloads.Param {
	return []payloads.Param{
		{Name: paramDescription, Kind: payloads.KindString, Summary: "description of the project", Max: maxText},
		{Name: paramInterface, Kind: payloads.KindString, Summary: "labeling interface as XML", Max: maxInterface},
		{Name: paramInstruction, Kind: payloads.KindString, Summary: "what annotators are told, HTML", Max: maxText},
		{Name: paramInstructed, Kind: payloads.KindBoolean, Summary: "show the instruction before labeling"},
		{Name: paramColor, Kind: payloads.KindString, Summary: "#RRGGBB", Max: 16},
		{Name: paramOverlap, Kind: payloads.KindInteger, Summary: "annotations that complete a task", Max: maxOverlap},
		{Name: paramSampling, Kind: payloads.KindString, Summary: "order of tasks", Values: samplings()},
		{Name: paramSkipQueue, Kind: payloads.KindString, Summary: "what becomes of a skipped task", Values: skipQueues()},
		{Name: paramModel, Kind: payloads.KindString, Summary: "version of the model whose predictions are shown", Max: 100},
	}
}

func createProject(d *doing) error {
	p := d.found(d.in.String(paramTitle), d.in.String(paramKind))
	if err := d.set(p); err != nil {
		return err
	}
	d.tell("id", p.ID, "project", p.ID, "title", p.Title, "kind", p.Kind)
	return d.raise(projectCreated, subject{Project: p.shot()})
}

// set takes over the settings among the parameters.
func (d *doing) set(p *projectState) error {
	if d.in.Has(paramTitle) {
		p.Title = d.in.String(paramTitle)
		if n := utf8.RuneCountInString(p.Title); n > 0 && n < minTitle {
			return payloads.ParamErrorf(paramTitle, "must have %d to %d characters, or none", minTitle, maxTitle)
		}
	}
	if d.in.Has(paramInterface) {
		if err := p.setInterface(d.in.String(paramInterface)); err != nil {
			return err
		}
	}
	if color := d.in.String(paramColor); d.in.Has(paramColor) && !hexColor.MatchString(color) {
		return payloads.ParamErrorf(paramColor, "must be #RRGGBB, such as #FF8559; got %q", color)
	}
	for _, to := range []struct {
		name string
		text *string
	}{
		{paramDescription, &p.Description},
		{paramInstruction, &p.Instruction},
		{paramColor, &p.Color},
		{paramSampling, &p.Sampling},
		{paramSkipQueue, &p.SkipQueue},
		{paramModel, &p.Model},
	} {
		if d.in.Has(to.name) {
			*to.text = d.in.String(to.name)
		}
	}
	if d.in.Has(paramInstructed) {
		p.Instructed = d.in.Bool(paramInstructed)
	}
	if d.in.Has(paramOverlap) {
		p.Overlap = int(d.in.Int(paramOverlap))
	}
	return nil
}

// setInterface gives a project another labeling interface.
func (p *projectState) setInterface(text string) error {
	if _, err := parseConfig(text); err != nil {
		return payloads.ParamErrorf(paramInterface, "must be a labeling interface: %v", err)
	}
	if text == emptyConfig().xml {
		p.Kind, p.XML = interfaceEmpty, ""
		return nil
	}
	p.Kind, p.XML = interfaceCustom, text
	return nil
}

func updateProject(d *doing) error {
	p, err := d.project()
	if err != nil {
		return err
	}
	if len(d.in.Params.Keys()) == 0 || len(d.in.Params.Keys()) == 1 && d.in.Has(paramProject) {
		p.Description = drawWords(d.source()).describe(p.config(server122).kind())
	}
	if err := d.set(p); err != nil {
		return err
	}
	p.Updated = d.now
	d.tell("id", p.ID, "project", p.ID, "title", p.Title)
	return d.raise(projectUpdated, subject{Project: p.shot()})
}

// deleteProject deletes with everything in it, and that is all that anybody hears.
func deleteProject(d *doing) error {
	p, err := d.project()
	if err != nil {
		return err
	}
	d.s.Projects = slices.DeleteFunc(d.s.Projects, func(other *projectState) bool { return other == p })
	d.s.Current = 0
	if last, ok := newest(d.s.Projects); ok {
		d.s.Current = last.ID
	}
	d.tell("id", p.ID, "project", p.ID)
	return d.raise(projectDeleted, subject{Deleted: p.ID})
}
