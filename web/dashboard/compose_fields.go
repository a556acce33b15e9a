package dashboard

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
)

// Bounds of the fields that are made from an event.
const (
	maxFields     = 400
	maxFieldRunes = 4000 // of one value; longer ones are edited as JSON
	longRunes     = 60   // from which on a text gets several lines
	openDepth     = 2    // objects below it are closed at first
)

// fieldPrefix begins the names of fields that stand for places of the event.
const fieldPrefix = "v:"

// The kinds of fields.
const (
	kindText    = "text"
	kindLong    = "long"
	kindTime    = "time"
	kindNumber  = "number"
	kindBoolean = "boolean"
	kindJSON    = "json"  // null and empty lists and objects: anything may come
	kindFixed   = "fixed" // cannot be carried by a form
	kindGroup   = "group"
)

// placeView is one place of the event.
type placeView struct {
	ID       string
	Path     string
	Name     string // last part of the path
	Kind     string
	Of       string // of a group: "object" or "list"
	Value    string
	Changed  bool // something is set here or below
	Added    bool // the platform does not send it
	Timed    bool // follows the time of the event
	Seen     []string
	Wrong    []string
	Children []placeView
	Open     bool
}

// editable fills in the fields and the JSON. Where the changes do not fit the event it shows the event without them.
func (p *composePage) editable(b basis) {
	var t scheduler.Trigger
	silent := &form{Values: p.Form.Values}
	silent.overrides(&t)
	base, err := b.tree(b.seed, b.now)
	if err != nil {
		return
	}
	shown, err := b.edited(t.Override)
	fits := err == nil && len(silent.Problems) == 0
	if !fits {
		if shown, err = b.tree(b.seed, b.now); err != nil {
			return
		}
	}
	later, err := b.tree(b.seed, b.now.Add(36*time.Hour+7*time.Minute+11*time.Second))
	if err != nil {
		return
	}
	w := fieldWriter{form: p.Form, base: base, later: later, seen: b.seenValues()}
	p.Places = w.members(shown, "", 0)
	p.More, p.Changed, p.Shape = w.left, w.changed, w.shape()
	p.JSON = indented(shown)
	p.Was = b.was(p.Form.Values, fits)
	if p.Form.Values.Has("json") && len(p.Form.Wrong("json")) > 0 {
		p.JSON = p.Form.Get("json")
	}
}

// fieldWriter makes fields of an event.
type fieldWriter struct {
	form        *form
	base, later *payloads.Object
	seen        map[string][]string
	paths       []string
	count       int
	left        int
	changed     int
}

// shape is the same for two pages whose fields stand for the same places and are of the same kinds.
func (w *fieldWriter) shape() string {
	h := fnv.New64a()
	for _, path := range w.paths {
		_, _ = io.WriteString(h, path+"\n") // a hash takes everything
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

func (w *fieldWriter) members(o *payloads.Object, path string, depth int) []placeView {
	list := make([]placeView, 0, o.Len())
	for _, m := range o.Members() {
		list = w.add(list, m.Value, payloads.PathKey(path, m.Key), m.Key, depth)
	}
	return list
}

func (w *fieldWriter) add(list []placeView, v payloads.Value, path, name string, depth int) []placeView {
	view := placeView{Path: path, Name: name}
	switch t := v.(type) {
	case *payloads.Object:
		if t != nil && t.Len() > 0 {
			view.Kind, view.Of, view.Children = kindGroup, "object", w.members(t, path, depth+1)
		}
	case payloads.Array:
		if len(t) > 0 {
			view.Kind, view.Of = kindGroup, "list"
			for i, e := range t {
				view.Children = w.add(view.Children, e, payloads.PathItem(path, i), "["+strconv.Itoa(i)+"]", depth+1)
			}
		}
	}
	if view.Kind == kindGroup {
		view.Changed = slices.ContainsFunc(view.Children, func(c placeView) bool { return c.Changed })
		view.Open = depth < openDepth || view.Changed || slices.ContainsFunc(view.Children, func(c placeView) bool { return len(c.Wrong) > 0 })
		if len(view.Children) == 0 {
			return list
		}
		w.paths = append(w.paths, path)
		return append(list, view)
	}
	if w.count == maxFields {
		w.left++
		return list
	}
	w.leaf(&view, v)
	return append(list, view)
}

func (w *fieldWriter) leaf(view *placeView, v payloads.Value) {
	w.count++
	view.ID = "v-" + strconv.Itoa(w.count)
	view.Kind, view.Value = fieldKind(v), printField(v)
	if _, ok := printAssignment(payloads.Assignment{Path: view.Path}); !ok {
		view.Kind = kindFixed
	}
	before, has := valueAt(w.base, view.Path)
	view.Added = !has
	if view.Changed = !has || !sameValue(before, v); view.Changed {
		w.changed++
	}
	if after, ok := valueAt(w.later, view.Path); has && ok && !view.Changed {
		view.Timed = !sameValue(before, after)
	}
	if view.Kind == kindText {
		view.Seen = w.seen[view.Path]
	}
	if view.Wrong = w.form.wrongAt(fieldPrefix + view.Path); len(view.Wrong) > 0 {
		view.Value = w.form.Get(fieldPrefix + view.Path)
	}
	w.paths = append(w.paths, view.Kind+" "+view.Path)
}

// fieldKind is how a value is edited.
func fieldKind(v payloads.Value) string {
	switch t := v.(type) {
	case string:
		switch n := len([]rune(t)); {
		case !editable(t) || n > maxFieldRunes:
			return kindFixed
		case isTime(t):
			return kindTime
		case n > longRunes || strings.Contains(t, "\n"):
			return kindLong
		default:
			return kindText
		}
	case bool:
		return kindBoolean
	case int, int64, float64, json.Number:
		return kindNumber
	default:
		return kindJSON
	}
}

// isTime recognises the forms in which the platforms print times.
func isTime(s string) bool {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

// printField is a value as it stands in its field.
func printField(v payloads.Value) string {
	if s, ok := v.(string); ok {
		return s
	}
	text, err := payloads.JSON(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
