package labelstudio

import (
	"fmt"
	"slices"

	"github.com/annohook/annohook/payloads"
)

const (
	paramControl  = "from_name"
	maxLinksAtOne = 50
)

// createLabels adds custom labels to a project.
func createLabels(d *doing) error {
	p, err := d.project()
	if err != nil {
		return err
	}
	links, err := d.link(p, int(d.in.Int(paramCount)))
	if err != nil {
		return err
	}
	ids, labels := make([]int64, len(links)), make([]int64, len(links))
	for i, l := range links {
		ids[i], labels[i] = l.ID, l.Label
	}
	d.tell("id", ids[0], "link", ids[0], "project", p.ID, "links", idsOf(ids), "labels", idsOf(labels), "count", len(ids))
	return nil
}

// link makes new labels, links them to a project and raises the event.
func (d *doing) link(p *projectState, n int) ([]*linkState, error) {
	src := d.source()
	control := p.config(server122).control
	if control == "" {
		control = "label"
	}
	links := make([]*linkState, n)
	for i := range links {
		id := next(&d.s.Last.Label)
		// Titles are unique within an organization.
		title := fmt.Sprintf("%s %d", src.Text().Topic, id)
		d.s.Labels = append(d.s.Labels, &labelState{ID: id, Title: title, Author: p.Owner, Created: d.now})
		links[i] = &linkState{ID: next(&d.s.Last.Link), Label: id, Control: control}
	}
	p.Links = append(p.Links, links...)
	return links, d.raise(labelLinkCreated, subject{Project: p.shot(), Links: shotsOf(p, links)})
}

func shotsOf(p *projectState, links []*linkState) []linkShot {
	shots := make([]linkShot, len(links))
	for i, l := range links {
		shots[i] = linkShot{linkState: *l, Project: p.ID}
	}
	return shots
}

// chosenLink returns the link that is named, else the newest of the project; where there is none, one is made.
func (d *doing) chosenLink() (*projectState, *linkState, error) {
	if d.in.Has(paramLink) {
		id := d.in.Int(paramLink)
		for _, p := range d.s.Projects {
			for _, l := range p.Links {
				if l.ID == id {
					return p, l, d.inside(p, paramLink, id)
				}
			}
		}
		return nil, nil, unknown(paramLink, "label link", id)
	}
	p, err := d.project()
	if err != nil {
		return nil, nil, err
	}
	if l, ok := newest(p.Links); ok {
		return p, l, nil
	}
	links, err := d.link(p, 1)
	if err != nil {
		return nil, nil, err
	}
	return p, links[0], nil
}

// updateLabelLink saves a link, under another control where one is named.
func updateLabelLink(d *doing) error {
	p, l, err := d.chosenLink()
	if err != nil {
		return err
	}
	if d.in.Has(paramControl) {
		l.Control = d.in.String(paramControl)
	}
	shot := d.s.labelShot(l.Label)
	d.tell("id", l.ID, "link", l.ID, "label", l.Label, "project", p.ID)
	return d.raise(labelLinkUpdated, subject{Project: p.shot(), Links: shotsOf(p, []*linkState{l}), Label: shot})
}

// labelShot is a label with all its links.
func (s *state) labelShot(id int64) *labelShot {
	shot := &labelShot{labelState: labelState{ID: id}, Links: []int64{}, Projects: []int64{}}
	for _, l := range s.Labels {
		if l.ID == id {
			shot.labelState = *l
		}
	}
	for _, p := range s.Projects {
		for _, l := range p.Links {
			if l.Label == id {
				shot.Links, shot.Projects = append(shot.Links, l.ID), append(shot.Projects, p.ID)
			}
		}
	}
	return shot
}

// deleteLabelLink takes a label from a project. The label itself stays.
func deleteLabelLink(d *doing) error {
	p, l, err := d.chosenLink()
	if err != nil {
		return err
	}
	shots := shotsOf(p, []*linkState{l})
	p.Links = slices.DeleteFunc(p.Links, func(other *linkState) bool { return other == l })
	d.tell("id", l.ID, "link", l.ID, "label", l.Label, "project", p.ID)
	return d.raise(labelLinkDeleted, subject{Project: p.shot(), Links: shots})
}

// linkParam names a link.
func linkParam() payloads.Param {
	return payloads.Param{Name: paramLink, Kind: payloads.KindInteger, Summary: "id of the label link; the newest of the project", Min: 1, Max: maxProject}
}
