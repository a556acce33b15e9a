package payloads

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Action is something that a user of the platform does there. It changes the platform's world and raises events, in the number and order in
// which the real platform raises them. The actions of a platform are the same in all its profiles.
type Action struct {
	Name     string   // verb first, kebab-case: "submit-response"
	Title    string   // as a person says it
	Summary  string   // what happens, one or two sentences
	Params   []Param  // what can be said about it; all have defaults unless Required
	Raises   []string // keys of the event types that may come out, in the platform's order
	Fidelity Fidelity // of number and order of the events
	Source   string   // where these are known from

	// Do carries the action out. It is pure: the same input gives the same effect. A parameter that does not fit the world (an unknown id)
	// is a *ParamError.
	Do func(ActionInput) (Effect, error)
}

// Param is one parameter of an action.
type Param struct {
	Name     string
	Kind     ParamKind
	Default  string // as JSON text; empty: the action decides (usually the newest or the oldest fitting thing)
	Summary  string
	Required bool
	Values   []string // the only allowed strings; empty: any
	Min, Max int64    // bounds of an integer, both 0: none; of the length in runes of a string, Max 0: MaxParamRunes
}

// ParamKind is the JSON type of a parameter.
type ParamKind string

// The kinds.
const (
	KindString  ParamKind = "string"
	KindInteger ParamKind = "integer"
	KindBoolean ParamKind = "boolean"
	KindObject  ParamKind = "object"
	KindStrings ParamKind = "strings" // list of strings
)

// MaxParamRunes bounds a string parameter, and MaxParamList a list of them.
const (
	MaxParamRunes = 10_000
	MaxParamList  = 1_000
)

// ActionInput is what an action works on.
type ActionInput struct {
	World  []byte  // state of the platform's world as the last Effect left it; nil: a fresh world
	Params *Object // checked against Params, defaults filled in; strings, int64, bool, *Object, Array of strings
	Seed   uint64  // of everything that is new
	Now    time.Time
}

// String returns a string parameter, "" without it.
func (in ActionInput) String(name string) string {
	v, _ := in.Params.Get(name)
	s, _ := v.(string)
	return s
}

// Int returns an integer parameter, 0 without it.
func (in ActionInput) Int(name string) int64 {
	v, _ := in.Params.Get(name)
	n, _ := v.(int64)
	return n
}

// Bool returns a boolean parameter, false without it.
func (in ActionInput) Bool(name string) bool {
	v, _ := in.Params.Get(name)
	b, _ := v.(bool)
	return b
}

// Has reports whether a parameter was given or has a default.
func (in ActionInput) Has(name string) bool {
	v, ok := in.Params.Get(name)
	return ok && v != nil
}

// Effect is what an action did.
type Effect struct {
	World  []byte   // the new state; JSON, at most MaxWorldBytes
	Result *Object  // ids and states of what was touched, for people, stories and native APIs; never nil
	Raised []Raised // in the order in which the platform raises them
}

// MaxWorldBytes bounds the state of one world. A world stays below it by forgetting its oldest settled things.
const MaxWorldBytes = 1 << 20

// Raised is one event that an action raised.
type Raised struct {
	Type    string    // key of the event type
	Variant string    // which of its variants the subject is; "": the first
	At      time.Time // when it happened; zero: Now of the action
	// Subject is what the event is about, as JSON that only the platform reads: builders of every profile print it (Build.Subject)
	// instead of inventing something. It holds all that the event shows, because the world has moved on when it is built again.
	Subject []byte
}

// ParamError is a parameter that does not fit: its field is "params." and Name.
type ParamError struct {
	Name    string
	Message string // what is wrong and what is allowed
}

// Error returns name and message.
func (e *ParamError) Error() string { return "params." + e.Name + ": " + e.Message }

// ParamErrorf makes a ParamError.
func ParamErrorf(name, format string, args ...any) error {
	return &ParamError{Name: name, Message: fmt.Sprintf(format, args...)}
}

// Action finds an action by its name.
func (p Platform) Action(name string) (Action, bool) {
	for _, a := range p.Actions {
		if a.Name == name {
			return a, true
		}
	}
	return Action{}, false
}

// Check reads the parameters of an action from given (nil: none), fills in defaults and returns everything that is wrong; fields begin with
// "params.". A null is the same as leaving a parameter out.
func (a Action) Check(given *Object) (*Object, []Problem) {
	out, names := Obj(), make([]string, len(a.Params))
	var problems []Problem
	for i, p := range a.Params {
		names[i] = p.Name
		value, err := p.read(given)
		if err != "" {
			problems = append(problems, Problem{Field: "params." + p.Name, Message: err})
			continue
		}
		if value != nil {
			out.Set(p.Name, value)
		}
	}
	if given == nil {
		return out, problems
	}
	for _, key := range given.Keys() {
		if !slices.Contains(names, key) {
			problems = append(problems, Problem{Field: "params." + key, Message: unknownParam(a.Name, names)})
		}
	}
	return out, problems
}

func unknownParam(action string, names []string) string {
	if len(names) == 0 {
		return "is unknown; " + action + " takes none"
	}
	return "is unknown; allowed: " + strings.Join(names, ", ")
}

const requiredText = "is required"

// read returns the value of a parameter, or what is wrong with it.
func (p Param) read(given *Object) (Value, string) {
	var v Value
	if given != nil {
		v, _ = given.Get(p.Name)
	}
	if v == nil && p.Default != "" {
		parsed, err := ParseValue([]byte(p.Default))
		if err != nil {
			return nil, "has a default that is no JSON"
		}
		v = parsed
	}
	if v == nil {
		if p.Required {
			return nil, requiredText
		}
		return nil, ""
	}
	switch p.Kind {
	case KindString:
		return p.text(v)
	case KindInteger:
		return p.integer(v)
	case KindStrings:
		return p.list(v)
	case KindBoolean:
		if b, ok := v.(bool); ok {
			return b, ""
		}
		return nil, "must be true or false"
	default:
		if o, ok := v.(*Object); ok {
			return o, ""
		}
		return nil, "must be an object"
	}
}

func (p Param) text(v Value) (Value, string) {
	s, ok := v.(string)
	most := p.Max
	if most == 0 {
		most = MaxParamRunes
	}
	if n := int64(len([]rune(s))); !ok || n < p.Min || n > most {
		return nil, fmt.Sprintf("must be a string of %d to %d characters", p.Min, most)
	}
	if len(p.Values) > 0 && !slices.Contains(p.Values, s) {
		return nil, fmt.Sprintf("%q is not allowed; allowed: %s", s, strings.Join(p.Values, ", "))
	}
	return s, ""
}

func (p Param) integer(v Value) (Value, string) {
	n, ok := WholeNumber(v)
	low, high := p.Min, p.Max
	if low == 0 && high == 0 {
		low, high = math.MinInt64, math.MaxInt64
	}
	if !ok || n < low || n > high {
		if p.Min == 0 && p.Max == 0 {
			return nil, "must be a whole number"
		}
		return nil, "must be a whole number from " + strconv.FormatInt(low, 10) + " to " + strconv.FormatInt(high, 10)
	}
	return n, ""
}

func (p Param) list(v Value) (Value, string) {
	wrong := fmt.Sprintf("must be a list of up to %d strings", MaxParamList)
	list, ok := v.(Array)
	if !ok || len(list) > MaxParamList {
		return nil, wrong
	}
	for _, item := range list {
		s, ok := item.(string)
		if !ok {
			return nil, wrong
		}
		if len(p.Values) > 0 && !slices.Contains(p.Values, s) {
			return nil, fmt.Sprintf("%q is not allowed; allowed: %s", s, strings.Join(p.Values, ", "))
		}
	}
	return list, ""
}

// WholeNumber returns v where it is a number without fraction that int64 holds exactly.
func WholeNumber(v Value) (int64, bool) {
	switch t := v.(type) {
	case int:
		return int64(t), true
	case int64:
		return t, true
	case float64:
		return int64(t), t == math.Trunc(t) && math.Abs(t) < 1<<53
	case json.Number:
		n, err := t.Int64()
		return n, err == nil
	}
	return 0, false
}
