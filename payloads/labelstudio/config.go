package labelstudio

import (
	"strings"

	"github.com/annohook/annohook/payloads"
)

// kind is what the tasks of a project are made of.
type kind int

const (
	textKind kind = iota
	imageKind
	kinds
)

// labelSets is how many label sets each kind has. The first is the documents' own.
const labelSets = 4

// config is a labeling interface: one control over one object.
type config struct {
	xml                      string
	control, controlTag      string // name and tag of the control, "" for an empty interface
	object, objectTag, field string // name and tag of the object, key of the task's data
	labels                   []label
}

// label is one label of a control. Attributes is what the XML says besides the value, in order.
type label struct {
	value      string
	attributes [][2]string
}

func named(value string, attributes ...string) label {
	l := label{value: value}
	for i := 0; i+1 < len(attributes); i += 2 {
		l.attributes = append(l.attributes, [2]string{attributes[i], attributes[i+1]})
	}
	return l
}

// emptyConfig is the interface of a project that nobody has set up.
func emptyConfig() config { return config{xml: "<View></View>"} }

// labelSet is the number of the world's label set. The documents know the first one only.
func (w *world) labelSet() int {
	if w.gen == documents {
		return 0
	}
	return w.project.labels
}

func textConfig(set int) config {
	answer := named("Answer", "maxUsage", "1", "background", "red")
	entities := []label{
		answer, named("PER", "background", "#D4380D"), named("ORG", "background", "#FFC069"), named("LOC", "background", "#AD8B00"),
		named("DATE", "background", "#389E0D"),
	}
	c := config{control: "answer", controlTag: "Labels", object: "text", objectTag: "Text", field: "ner"}
	switch set {
	case 1:
		c.labels = []label{answer, named("Evidence", "background", "#096DD9")}
	case 2:
		c.labels = entities
	case 3:
		c.labels = append(entities, named("Réponse partielle", "background", "#D3F261"))
	default:
		c.labels = []label{answer}
	}
	var b strings.Builder
	b.WriteString("<View>\n  <Header value=\"Mark the span that answers the question\"/>\n")
	b.WriteString("  <Text name=\"text\" value=\"$ner\" granularity=\"word\"/>\n")
	c.writeControl(&b)
	b.WriteString("</View>")
	c.xml = b.String()
	return c
}

func imageConfig(set int) config {
	c := config{control: "label", controlTag: "RectangleLabels", object: "image", objectTag: "Image", field: "image"}
	c.labels = []label{named("Airplane", "background", "green"), named("Car", "background", "blue")}
	switch set {
	case 1:
		c.labels = append(c.labels, named("Truck", "background", "#FFA39E"))
	case 2:
		c.labels = append(c.labels, named("Person", "background", "#ADC6FF"), named("Bicycle", "background", "#7F64FF"))
	case 3:
		c.labels = append(c.labels, named("Schienenfahrzeug", "background", "#13C2C2"))
	}
	var b strings.Builder
	b.WriteString("<View>\n  <Image name=\"image\" value=\"$image\" zoom=\"true\"/>\n")
	c.writeControl(&b)
	b.WriteString("</View>")
	c.xml = b.String()
	return c
}

// writeControl writes the control with its labels. No name or value here needs XML escapes.
func (c config) writeControl(b *strings.Builder) {
	b.WriteString("  <" + c.controlTag + " name=\"" + c.control + "\" toName=\"" + c.object + "\">\n")
	for _, l := range c.labels {
		b.WriteString("    <Label value=\"" + l.value + "\"")
		for _, a := range l.attributes {
			b.WriteString(" " + a[0] + "=\"" + a[1] + "\"")
		}
		b.WriteString("/>\n")
	}
	b.WriteString("  </" + c.controlTag + ">\n")
}

// label returns the wanted label where the control offers it, else its first one.
func (c config) label(wanted string) string {
	if c.has(wanted) || len(c.labels) == 0 {
		return wanted
	}
	return c.labels[0].value
}

// has reports whether the control offers a label.
func (c config) has(value string) bool {
	for _, l := range c.labels {
		if l.value == value {
			return true
		}
	}
	return false
}

// parsed is the interface as the server's parser returns it: control -> type, to_name, inputs, labels, labels_attrs.
func (c config) parsed() *payloads.Object {
	if c.control == "" {
		return payloads.Obj()
	}
	names := make(payloads.Array, len(c.labels))
	attrs := make([]any, 0, 2*len(c.labels))
	for i, l := range c.labels {
		names[i] = l.value
		pairs := []any{"value", l.value}
		for _, a := range l.attributes {
			pairs = append(pairs, a[0], a[1])
		}
		attrs = append(attrs, l.value, payloads.Obj(pairs...))
	}
	return payloads.Obj(c.control, payloads.Obj(
		"type", c.controlTag, "to_name", payloads.Array{c.object},
		"inputs", payloads.Array{payloads.Obj("type", c.objectTag, "valueType", nil, "value", c.field)},
		"labels", names, "labels_attrs", payloads.Obj(attrs...)))
}

// weights is control_weights: everything counts once.
func (c config) weights() *payloads.Object {
	if c.control == "" {
		return payloads.Obj()
	}
	pairs := make([]any, 0, 2*len(c.labels))
	for _, l := range c.labels {
		pairs = append(pairs, l.value, 1.0)
	}
	return payloads.Obj(c.control, payloads.Obj("overall", 1.0, "type", c.controlTag, "labels", payloads.Obj(pairs...)))
}

func (c config) dataTypes() *payloads.Object {
	if c.control == "" {
		return payloads.Obj()
	}
	return payloads.Obj(c.field, c.objectTag)
}

// hash is a signed 64-bit number, as Python's hash of the parsed interface is; like that one it is nearly always beyond what a double
// holds exactly. The real one differs from server start to server start; this is FNV-1a in wrapping int64 arithmetic.
func (c config) hash() int64 {
	const offset, prime = -0x340d631b7bdddcdb, 0x100000001b3
	h := int64(offset)
	for _, b := range []byte(c.xml) {
		h = (h ^ int64(b)) * prime
	}
	return h
}
