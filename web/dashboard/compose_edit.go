package dashboard

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
)

// readAssignment reads "path = text" or "path := JSON"; wrong says what is wrong with the line.
func readAssignment(line string) (a payloads.Assignment, wrong string) {
	path, text, ok := strings.Cut(line, "=")
	if !ok {
		return a, "is neither “path = text” nor “path := JSON”"
	}
	a.Value = strings.TrimSpace(text)
	path, isJSON := strings.CutSuffix(path, ":")
	a.Path = strings.TrimSpace(path)
	if isJSON {
		v, err := payloads.ParseValue([]byte(text))
		if err != nil {
			return a, fmt.Sprintf("has a value after := that is not JSON: %v", err)
		}
		a.Value = v
	}
	return a, ""
}

// printAssignment writes a line that readAssignment reads; ok is false for a path or value that no line can hold.
func printAssignment(a payloads.Assignment) (line string, ok bool) {
	if strings.Contains(a.Path, "=") || strings.TrimSpace(a.Path) != a.Path || strings.HasSuffix(a.Path, ":") {
		return "", false
	}
	if s, isText := a.Value.(string); isText && s != "" && strings.TrimSpace(s) == s && !strings.ContainsAny(s, "\r\n") && editable(s) {
		return a.Path + " = " + s, true
	}
	text, err := payloads.JSON(a.Value)
	return a.Path + " := " + string(text), err == nil && utf8.Valid(text)
}

// editable reports text that a field of a form gives back as it was put in.
func editable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f })
}

// withoutPath takes the assignments of one path, and of everything below it, out of the lines.
func withoutPath(text, path string) string {
	kept := slices.DeleteFunc(lines(text), func(line string) bool {
		a, wrong := readAssignment(line)
		return wrong == "" && (a.Path == path || strings.HasPrefix(a.Path, path+".") || strings.HasPrefix(a.Path, path+"["))
	})
	return strings.Join(kept, "\n")
}

// withoutMerged takes what is merged at a path out of the merge.
func withoutMerged(text, path string) string {
	v, err := payloads.ParseValue([]byte(text))
	o, ok := v.(*payloads.Object)
	if err != nil || !ok || !dropMerged(o, "", path) {
		return text
	}
	if o.Len() == 0 {
		return ""
	}
	return indented(o)
}

// dropMerged deletes the member at a path, and objects that hold nothing else; it reports whether there was one.
func dropMerged(o *payloads.Object, at, path string) bool {
	for _, m := range o.Members() {
		next := payloads.PathKey(at, m.Key)
		if !leads(next, path) {
			continue
		}
		child, isObject := m.Value.(*payloads.Object)
		if next != path && (!isObject || child == nil || !dropMerged(child, next, path)) {
			return false
		}
		if next == path || child.Len() == 0 {
			o.Delete(m.Key)
		}
		return true
	}
	return false
}

// withAssignment puts an assignment in place of those of the same path.
func withAssignment(text string, a payloads.Assignment) (string, bool) {
	line, ok := printAssignment(a)
	if !ok {
		return text, false
	}
	if rest := withoutPath(text, a.Path); rest != "" {
		return rest + "\n" + line, true
	}
	return line, true
}

// sameValue compares two values as JSON texts, key order and the difference between 1 and 1.0 included.
func sameValue(a, b payloads.Value) bool {
	x, errX := payloads.JSON(a)
	y, errY := payloads.JSON(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// difference is what makes one event out of another: new and lost keys by merging, values by assignments.
type difference struct {
	data *payloads.Object
	set  []payloads.Assignment
}

// differ finds what makes want out of base. The order of keys cannot be changed that way and does not count.
func differ(base, want *payloads.Object) difference {
	d := difference{data: payloads.Obj()}
	d.objects(base, want, "", nil, true)
	return d
}

// objects compares two objects; keys are those that lead to them where only objects do.
func (d *difference) objects(base, want *payloads.Object, path string, keys []string, mergeable bool) {
	for _, m := range base.Members() {
		v, has := want.Get(m.Key)
		if !has {
			d.merge(keys, m.Key, nil)
			continue
		}
		d.values(m.Value, v, payloads.PathKey(path, m.Key), append(slices.Clip(keys), m.Key), mergeable)
	}
	for _, m := range want.Members() {
		if _, has := base.Get(m.Key); has {
			continue
		}
		if !holdsNull(m.Value) {
			d.merge(keys, m.Key, m.Value)
			continue
		}
		d.merge(keys, m.Key, "") // a merge cannot bring a null: a place is made, and then filled
		d.set = append(d.set, payloads.Assignment{Path: payloads.PathKey(path, m.Key), Value: m.Value})
	}
}

func (d *difference) values(base, want payloads.Value, path string, keys []string, mergeable bool) {
	if sameValue(base, want) {
		return
	}
	switch b := base.(type) {
	case *payloads.Object:
		if w, ok := want.(*payloads.Object); ok && b != nil && w != nil && (mergeable || sameKeys(b, w)) {
			d.objects(b, w, path, keys, mergeable)
			return
		}
	case payloads.Array:
		if w, ok := want.(payloads.Array); ok && len(w) == len(b) {
			for i := range b {
				d.values(b[i], w[i], payloads.PathItem(path, i), nil, false)
			}
			return
		}
	}
	d.set = append(d.set, payloads.Assignment{Path: path, Value: want})
}

// merge notes a key in the patch.
func (d *difference) merge(keys []string, key string, v payloads.Value) {
	at := d.data
	for _, k := range keys {
		next, _ := at.Get(k)
		child, ok := next.(*payloads.Object)
		if !ok {
			child = payloads.Obj()
			at.Set(k, child)
		}
		at = child
	}
	at.Set(key, v)
}

func sameKeys(a, b *payloads.Object) bool {
	x, y := a.Keys(), b.Keys()
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// holdsNull reports a null that merging would take for a deletion; inside lists it would not.
func holdsNull(v payloads.Value) bool {
	o, ok := v.(*payloads.Object)
	if !ok {
		return v == nil
	}
	return o == nil || slices.ContainsFunc(o.Members(), func(m payloads.Member) bool { return holdsNull(m.Value) })
}
