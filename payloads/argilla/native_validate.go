package argilla

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
)

// webhookBody is a validated body: nil where a field was not given.
type webhookBody struct {
	url         *string
	events      []string
	enabled     *bool
	description *string // "" is null
}

// validation collects what pydantic says about a body. All facts were tried with pydantic 2.9.2 and FastAPI 0.115.4, the versions that
// the server locks, with the schemas of argilla-server api/schemas/v1/webhooks.py@77f5c57c.
type validation struct {
	problems []payloads.Value
	patch    bool // every field may be left out; null means the same to pydantic, and is refused by a validator of its own
	noEvents bool // the webhook wants none, which only our own API can make; so it is taken back as it was shown
	nulls    []string
}

// mostProblems bounds what is said of one body. pydantic says all: of a list of a million events that do not exist it would make a hundred
// megabytes.
const mostProblems = 1000

func (v *validation) add(kind, message string, place ...payloads.Value) {
	if len(v.problems) == mostProblems {
		return
	}
	v.problems = append(v.problems, problem(kind, message, append([]payloads.Value{"body"}, place...)...))
}

// fields validates the body of a create or a patch. Fields are looked at in the order of the schema.
func (v *validation) fields(c *call) (out webhookBody) {
	o, ok := c.body.(*payloads.Object)
	switch {
	case !c.raw && c.body == nil:
		v.add("missing", "Field required")
		return out
	case !ok:
		v.add("model_attributes_type", "Input should be a valid dictionary or object to extract fields from")
		return out
	}
	if given, present := v.field(o, "url", true); present {
		out.url = v.url(given)
	}
	if given, present := v.field(o, "events", true); present {
		out.events = v.events(given)
	}
	if given, present := v.field(o, "enabled", false); v.patch && present {
		out.enabled = v.boolean(given)
	}
	if given, present := o.Get("description"); present {
		out.description = v.text(given)
	}
	if len(v.problems) == 0 && len(v.nulls) > 0 {
		v.add("value_error", "Value error, The following keys must have non-null values: "+strings.Join(v.nulls, ", "))
	}
	return out
}

// field returns a field that has to be validated further.
func (v *validation) field(o *payloads.Object, name string, required bool) (given payloads.Value, present bool) {
	given, present = o.Get(name)
	switch {
	case v.patch && present && given == nil:
		v.nulls = append(v.nulls, name)
		return nil, false
	case !present && required && !v.patch:
		v.add("missing", "Field required", name)
	}
	return given, present
}

func (v *validation) url(given payloads.Value) *string {
	text, ok := given.(string)
	if !ok {
		v.add("url_type", "URL input should be a string or URL", "url")
		return nil
	}
	normal, scheme, wrong := parseURL(text)
	switch {
	case wrong != "":
		v.add("url_parsing", "Input should be a valid URL, "+wrong, "url")
	case len(text) > maxURLLength:
		v.add("url_too_long", fmt.Sprintf("URL should have at most %d characters", maxURLLength), "url")
	case scheme != schemeHTTP && scheme != schemeHTTPS:
		v.add("url_scheme", "URL scheme should be 'http' or 'https'", "url")
	}
	return &normal
}

func (v *validation) events(given payloads.Value) []string {
	list, ok := given.(payloads.Array)
	if !ok {
		v.add("list_type", "Input should be a valid list", "events")
		return nil
	}
	known, before := eventNames(), len(v.problems)
	names := make([]string, 0, len(list))
	for i, item := range list {
		name, _ := item.(string)
		if !slices.Contains(known, name) {
			v.add("enum", "Input should be '"+strings.Join(known[:len(known)-1], "', '")+"' or '"+known[len(known)-1]+"'", "events", i)
			continue
		}
		names = append(names, name)
	}
	if len(v.problems) > before {
		return nil
	}
	if len(names) == 0 && !v.noEvents {
		v.add("too_short", "List should have at least 1 item after validation, not 0", "events")
	}
	if len(slices.Compact(slices.Sorted(slices.Values(names)))) < len(names) {
		v.add("value_error", "Value error, Events must be unique", "events")
	}
	return names
}

// eventNames are the names that a webhook can ask for, in the order of the server's enumeration.
func eventNames() []string {
	var names []string
	for _, e := range events() {
		if !e.Unlisted {
			names = append(names, e.Name)
		}
	}
	return names
}

// boolean is pydantic's lax one: 0, 1 and a dozen words.
func (v *validation) boolean(given payloads.Value) *bool {
	var word string
	switch t := given.(type) {
	case bool:
		return &t
	case string:
		word = strings.ToLower(t)
	case int64:
		word = strconv.FormatInt(t, 10)
	case float64:
		if t != math.Trunc(t) || math.Abs(t) >= 1<<63 {
			v.add("bool_type", "Input should be a valid boolean", "enabled")
			return nil
		}
		word = fmt.Sprintf("%.0f", math.Abs(t))
		if t < 0 {
			word = "negative"
		}
	default:
		v.add("bool_type", "Input should be a valid boolean", "enabled")
		return nil
	}
	yes := slices.Contains([]string{"1", "on", "t", "true", "y", "yes"}, word)
	if !yes && !slices.Contains([]string{"0", "off", "f", "false", "n", "no"}, word) {
		v.add("bool_parsing", "Input should be a valid boolean, unable to interpret input", "enabled")
		return nil
	}
	return &yes
}

// mostDescription bounds a description in characters.
const mostDescription = 1000

func (v *validation) text(given payloads.Value) *string {
	text, ok := given.(string)
	switch n := utf8.RuneCountInString(text); {
	case given == nil:
	case !ok:
		v.add("string_type", "Input should be a valid string", "description")
	case n == 0:
		v.add("string_too_short", "String should have at least 1 character", "description")
	case n > mostDescription:
		v.add("string_too_long", fmt.Sprintf("String should have at most %d characters", mostDescription), "description")
	}
	return &text
}
