package toloka

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// rowKey is what makes a row one and the same; see the package's decision 9.
type rowKey struct{ url, event, pool string }

// form is one subscription that a client wants.
type form struct {
	rowKey

	secret string
}

// formReader reads one form and notes what is wrong with each of its fields, the first fault only.
type formReader struct {
	errors *payloads.Object
}

// maxFaults bounds what is said about one form.
const maxFaults = 20

func (f *formReader) bad(field, code, message string) {
	if f.errors.Len() == maxFaults {
		return
	}
	if _, noted := f.errors.Get(field); !noted {
		f.errors.Set(field, wrong(code, message))
	}
}

// fieldItem names a form as a whole.
const fieldItem = "item"

// readForm returns a form, or what is wrong with it, by field. id and created are read-only; kit sends them back, and they are passed over.
func readForm(v payloads.Value) (form, *payloads.Object) {
	r := formReader{errors: payloads.Obj()}
	var f form
	o, ok := v.(*payloads.Object)
	if !ok {
		r.bad(fieldItem, "OBJECT_EXPECTED", "Value must be an object")
		return f, r.errors
	}
	for _, m := range o.Members() {
		switch m.Key {
		case "webhook_url":
			f.url = r.url(m)
		case "event_type":
			f.event = r.event(m)
		case "pool_id":
			f.pool = r.pool(m)
		case "secret_key":
			f.secret = r.text(m, subscriptions.MaxSecretBytes)
		case "id", "created":
		default:
			r.bad(m.Key, "VALUE_NOT_ALLOWED", "Unknown field name")
		}
	}
	for _, field := range []struct{ name, value string }{{"webhook_url", f.url}, {"event_type", f.event}, {"pool_id", f.pool}} {
		if field.value == "" {
			r.bad(field.name, "VALUE_REQUIRED", "Value must be present and not equal to null")
		}
	}
	return f, r.errors
}

// text is a string of at most so many bytes; null is the same as none.
func (f *formReader) text(m payloads.Member, most int) string {
	s, ok := m.Value.(string)
	switch {
	case m.Value == nil:
		return ""
	case !ok:
		f.bad(m.Key, "STRING_EXPECTED", "Value must be a string")
	case len(s) > most:
		f.bad(m.Key, "STRING_LENGTH_GREATER_THAN_MAX", "Value must have at most "+strconv.Itoa(most)+" bytes")
	}
	return s
}

func (f *formReader) url(m payloads.Member) string {
	s := f.text(m, subscriptions.MaxURLBytes)
	if s != "" && !isWebURL(s) {
		f.bad(m.Key, "INVALID_URL_SYNTAX", "Value must be in valid url format")
	}
	return s
}

// isWebURL reports whether s is a URL that a request can go to. What Toloka itself asks of webhook_url is not published.
func isWebURL(s string) bool {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}

func (f *formReader) event(m payloads.Member) string {
	s := f.text(m, maxIDBytes)
	if s != "" && !slices.Contains(eventKeys(), s) {
		f.bad(m.Key, "UNKNOWN_ENUM_VALUE", "Unknown value; one of "+strings.Join(eventKeys(), ", ")+" is expected")
	}
	return s
}

// pool takes a whole number as well: kit passes plain dicts through as they are.
func (f *formReader) pool(m payloads.Member) string {
	switch n := m.Value.(type) {
	case int64:
		return strconv.FormatInt(n, 10)
	case json.Number:
		m.Value = n.String()
	}
	s := f.text(m, subscriptions.MaxURLBytes)
	if utf8.RuneCountInString(s) > maxPoolIDChars {
		f.bad(m.Key, "STRING_LENGTH_GREATER_THAN_MAX", "Value must have at most "+strconv.Itoa(maxPoolIDChars)+" characters")
	}
	return s
}

// fieldsOf turns what the core cannot accept into fields of a form.
func fieldsOf(problems []payloads.Problem) *payloads.Object {
	r := formReader{errors: payloads.Obj()}
	for _, p := range problems {
		switch p.Field {
		case "url":
			r.bad("webhook_url", "INVALID_URL_SYNTAX", "Value must be in valid url format: "+p.Message)
		case "secret":
			r.bad("secret_key", "INVALID_VALUE", p.Message)
		default:
			r.bad(fieldItem, "INVALID_VALUE", p.String())
		}
	}
	return r.errors
}
