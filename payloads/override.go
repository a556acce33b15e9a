package payloads

// Assignment sets one existing place of an event.
type Assignment struct {
	Path  string // rooted at the event as printed: a.b[0].c, a["x.y"]
	Value Value
}

// Override is what a user changes in an event after it was built and before its bytes are fixed. It can be applied to any number of
// events: nothing of it is shared with them afterwards.
type Override struct {
	Data *Object      // RFC 7396 merge patch at the root of the event; nil: none
	Set  []Assignment // applied after Data, in order
}

// Empty reports whether the override changes nothing.
func (o Override) Empty() bool { return o.Data == nil && len(o.Set) == 0 }

// Apply changes root in place. Data comes first: its new keys are added at the end, its nulls delete, its lists replace whole lists, and
// existing keys keep their place. Then each assignment replaces the value of a place that must exist. A wrong path is a *PathError;
// root may then be changed in part and should be thrown away.
func (o Override) Apply(root *Object) error {
	if o.Data != nil {
		mergeObject(root, o.Data)
	}
	for i, a := range o.Set {
		if err := assign(root, a); err != nil {
			err.Index = i
			return err
		}
	}
	return nil
}

// mergeObject is MergePatch of RFC 7396, section 2, for a target that is an object.
func mergeObject(target, patch *Object) {
	for _, m := range patch.Members() {
		nested, isObject := m.Value.(*Object)
		switch {
		case m.Value == nil || isObject && nested == nil:
			target.Delete(m.Key)
		case isObject:
			old, _ := target.Get(m.Key)
			child, ok := old.(*Object)
			if !ok || child == nil {
				child = &Object{}
				target.Set(m.Key, child)
			}
			mergeObject(child, nested)
		default:
			target.Set(m.Key, cloneValue(m.Value))
		}
	}
}

// assign replaces the value at a.Path.
func assign(root *Object, a Assignment) *PathError {
	steps, err := parsePath(a.Path)
	if err != nil {
		return err
	}
	var place Value = root
	for i, s := range steps {
		last := i == len(steps)-1
		switch node := place.(type) {
		case *Object:
			if s.isIndex || node == nil || node.index(s.key) < 0 {
				return missing(root, a.Path, steps, i, place)
			}
			if last {
				node.Set(s.key, cloneValue(a.Value))
				return nil
			}
			place, _ = node.Get(s.key)
		case Array:
			if !s.isIndex || s.index >= len(node) {
				return missing(root, a.Path, steps, i, place)
			}
			if last {
				node[s.index] = cloneValue(a.Value)
				return nil
			}
			place = node[s.index]
		default:
			return missing(root, a.Path, steps, i, place)
		}
	}
	return nil
}

// cloneValue copies everything in v that can be changed.
func cloneValue(v Value) Value {
	switch t := v.(type) {
	case Array:
		list := make(Array, len(t))
		for i, item := range t {
			list[i] = cloneValue(item)
		}
		return list
	case *Object:
		if t == nil {
			return nil
		}
		o := &Object{members: make([]Member, len(t.members))}
		for i, m := range t.members {
			o.members[i] = Member{Key: m.Key, Value: cloneValue(m.Value)}
		}
		return o
	default:
		return v
	}
}
