package labelstudio

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/annohook/annohook/payloads"
)

// Bounds of a labeling interface that a user wrote. Characters are Unicode code points.
const (
	maxInterface = 8000 // characters
	maxElements  = 400
)

// ErrInterface is returned for a labeling interface that is no XML.
var ErrInterface = errors.New("label config is not well-formed")

// nameError is a labeling interface whose controls do not fit together, in the server's words.
type nameError struct{ message string }

func (e *nameError) Error() string { return e.message }

// customConfig is the labeling interface that a user wrote. One that cannot be read has no control.
func customConfig(text string) config {
	c, err := parseConfig(text)
	if err != nil {
		return config{xml: text}
	}
	return c
}

// parseConfig reads a labeling interface: its first control, the object that this looks at, and its labels. Further controls stay in the
// XML; the world has no use for them.
func parseConfig(text string) (config, error) {
	r := configReader{config: config{xml: text}, objects: map[string]configObject{}}
	d := xml.NewDecoder(strings.NewReader(text))
	depth, roots := 0, 0
	for n := 0; ; n++ {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || n > 4*maxElements {
			return config{}, fmt.Errorf("%w: %w", ErrInterface, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			depth++
			r.element(t)
		case xml.EndElement:
			depth--
		}
	}
	if roots != 1 {
		return config{}, fmt.Errorf("%w: it must have one root element", ErrInterface)
	}
	if err := r.connected(); err != nil {
		return config{}, err
	}
	return r.done(), nil
}

type configObject struct{ tag, field string }

type configReader struct {
	config
	objects map[string]configObject // by name
	inside  bool                    // the control's own labels may follow
	names   []string                // of all elements
	wanted  []string                // names that some element refers to
}

func (r *configReader) element(e xml.StartElement) {
	attributes := map[string]string{}
	for _, a := range e.Attr {
		attributes[a.Name.Local] = a.Value
	}
	name, to, value := attributes["name"], attributes["toName"], attributes["value"]
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "name":
			r.names = append(r.names, a.Value)
		case "toName":
			r.wanted = append(r.wanted, strings.Split(a.Value, ",")...)
		}
	}
	switch {
	case name != "" && to != "":
		r.inside = r.control == ""
		if r.inside {
			r.control, r.controlTag, r.object = name, e.Name.Local, to
		}
	case name != "" && strings.HasPrefix(value, "$"):
		r.objects[name] = configObject{tag: e.Name.Local, field: value[1:]}
	case r.inside && (e.Name.Local == "Label" || e.Name.Local == "Choice") && value != "":
		l := label{value: value}
		for _, a := range e.Attr {
			if a.Name.Local != "value" {
				l.attributes = append(l.attributes, [2]string{a.Name.Local, a.Value})
			}
		}
		if !r.has(value) {
			r.labels = append(r.labels, l)
		}
	}
}

// connected refuses an interface that has a name twice or refers to one that it has not (label_studio/core/label_config.py of 1.23.2).
func (r *configReader) connected() error {
	slices.Sort(r.names)
	all := payloads.Array{}
	for _, name := range slices.Compact(slices.Clone(r.names)) {
		all = append(all, name)
	}
	if len(all) < len(r.names) {
		return &nameError{"Label config contains non-unique names"}
	}
	for _, name := range r.wanted {
		if !slices.Contains(r.names, name) {
			return &nameError{`toName="` + name + `" not found in names: ` + pythonRepr(all)}
		}
	}
	return nil
}

// done joins the control with the object it looks at; without one the interface has no control that counts.
func (r *configReader) done() config {
	o, ok := r.objects[r.object]
	if r.control == "" || !ok {
		return config{xml: r.xml}
	}
	r.objectTag, r.field = o.tag, o.field
	return r.config
}

// kind is what the tasks of the interface are made of: images where it shows one, else texts.
func (c config) kind() kind {
	if c.objectTag == "Image" {
		return imageKind
	}
	return textKind
}

// dataField is the key of the tasks' data.
func (c config) dataField() string {
	if c.field == "" {
		return "text"
	}
	return c.field
}
