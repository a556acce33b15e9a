package labelstudio

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
)

// Bounds of a webhook on the server.
const (
	maxHookURL     = 2048 // characters
	maxHookHeaders = 10
)

// hookForm is what a request says about a webhook, checked field by field in the order of the server's serializer.
type hookForm struct {
	update bool
	known  func(project int64) (bool, *problem)

	project     int64
	url         *string
	sendPayload *bool
	sendAll     *bool
	headers     *payloads.Object
	active      *bool
	actions     []string

	errors *payloads.Object
	fault  *problem // not the client's
}

// read takes the fields over. Every field that is wrong is told; what only makes sense together is looked at when each is right.
func (f *hookForm) read(o *payloads.Object, partial bool) *problem {
	f.errors = payloads.Obj()
	if !f.update {
		f.readProject(o)
	}
	f.readURL(o, partial)
	f.sendPayload = f.flag(o, optionPayload)
	f.sendAll = f.flag(o, "send_for_all_actions")
	f.readHeaders(o)
	f.active = f.flag(o, "is_active")
	f.readActions(o)
	switch {
	case f.fault != nil:
		return f.fault
	case f.errors.Len() > 0:
		return &problem{status: http.StatusBadRequest, detail: "Validation error", fields: f.errors}
	case f.project > 0 && slices.ContainsFunc(f.actions, organizationOnly):
		return invalid("non_field_errors", "Project webhook can't contain organization-only action.")
	}
	return nil
}

func (f *hookForm) wrong(field string, messages ...payloads.Value) {
	f.errors.Set(field, payloads.Array(messages))
}

const (
	nullMessage = "This field may not be null."
	noNull      = "Null characters are not allowed."
)

func (f *hookForm) readProject(o *payloads.Object) {
	v, _ := o.Get(scopeKey)
	var id int64
	switch t := v.(type) {
	case nil:
		return
	case float64:
		if math.IsInf(t, 0) {
			f.wrong(scopeKey, "Incorrect type. Expected pk value, received float.") // the server fails with 500
			return
		}
		id = int64(math.Trunc(min(max(t, -1), maxProject+1)))
	case string:
		if t == "" {
			return
		}
		n, ok := pythonInt(t)
		if !ok {
			f.wrong(scopeKey, "Incorrect type. Expected pk value, received str.")
			return
		}
		id = n
	case bool, payloads.Array, *payloads.Object:
		f.wrong(scopeKey, "Incorrect type. Expected pk value, received "+pythonType(v)+".")
		return
	default:
		if n, ok := payloads.WholeNumber(v); ok {
			id = n
		}
	}
	known, fault := f.known(id)
	f.fault = fault
	if !known {
		f.wrong(scopeKey, `Invalid pk "`+pythonText(v)+`" - object does not exist.`)
		return
	}
	f.project = id
}

func (f *hookForm) readURL(o *payloads.Object, partial bool) {
	const field = "url"
	v, ok := o.Get(field)
	if !ok {
		if !partial {
			f.wrong(field, "This field is required.")
		}
		return
	}
	if v == nil {
		f.wrong(field, nullMessage)
		return
	}
	text := pythonStrip(pythonText(v))
	if text == "" {
		f.wrong(field, "This field may not be blank.")
		return
	}
	var messages []payloads.Value
	if utf8.RuneCountInString(text) > maxHookURL {
		messages = append(messages, fmt.Sprintf("Ensure this field has no more than %d characters.", maxHookURL))
	}
	if strings.ContainsRune(text, 0) {
		messages = append(messages, noNull)
	}
	if _, isText := v.(string); !isText || !validURL(text) {
		messages = append(messages, "Enter a valid URL.")
	}
	if len(messages) > 0 {
		f.wrong(field, messages...)
		return
	}
	f.url = &text
}

// flag reads a boolean in any of the forms that the framework takes.
func (f *hookForm) flag(o *payloads.Object, field string) *bool {
	v, ok := o.Get(field)
	if !ok {
		return nil
	}
	if v == nil {
		f.wrong(field, nullMessage)
		return nil
	}
	b, ok := pythonFlag(v)
	if !ok {
		f.wrong(field, "Must be a valid boolean.")
		return nil
	}
	return &b
}

func pythonFlag(v payloads.Value) (value, ok bool) {
	switch t := v.(type) {
	case bool:
		return t, true
	case string:
		word := strings.ToLower(t)
		switch {
		case slices.Contains([]string{"t", "y", "yes", "true", "on", "1"}, word):
			return true, true
		case slices.Contains([]string{"f", "n", "no", "false", "off", "0"}, word):
			return false, true
		}
	default:
		if n, whole := payloads.WholeNumber(v); whole && (n == 0 || n == 1) {
			return n == 1, true
		}
	}
	return false, false
}

// headerName is the server's schema for names of custom headers.
var headerName = regexp.MustCompile(`^[a-zA-Z0-9-_]+\n?$`)

func (f *hookForm) readHeaders(o *payloads.Object) {
	const field = "headers"
	v, ok := o.Get(field)
	if !ok {
		return
	}
	if v == nil {
		f.wrong(field, nullMessage)
		return
	}
	if unprintable(v) {
		f.wrong(field, "Value must be valid JSON.")
		return
	}
	headers, ok := v.(*payloads.Object)
	if ok {
		ok = headers.Len() <= maxHookHeaders && !slices.ContainsFunc(headers.Members(), func(m payloads.Member) bool {
			_, isText := m.Value.(string)
			return !isText || !headerName.MatchString(m.Key)
		})
	}
	if !ok {
		f.wrong(field, pythonText(v)+" failed JSON schema check")
		return
	}
	f.headers = headers
}

func (f *hookForm) readActions(o *payloads.Object) {
	const field = "actions"
	v, ok := o.Get(field)
	if !ok {
		return
	}
	if v == nil {
		f.wrong(field, nullMessage)
		return
	}
	list, ok := v.(payloads.Array)
	if !ok {
		f.wrong(field, `Expected a list of items but got type "`+pythonType(v)+`".`)
		return
	}
	known, faults := registry(), payloads.Obj()
	for i, item := range list {
		name := pythonText(item)
		_, isText := item.(string)
		switch {
		case item == nil:
			faults.Set(strconv.Itoa(i), payloads.Array{nullMessage})
		case !isText || !slices.ContainsFunc(known, func(a registered) bool { return a.name == name }):
			faults.Set(strconv.Itoa(i), payloads.Array{`"` + name + `" is not a valid choice.`})
		default:
			f.actions = append(f.actions, name)
		}
	}
	if faults.Len() > 0 {
		f.errors.Set(field, faults)
	}
}
