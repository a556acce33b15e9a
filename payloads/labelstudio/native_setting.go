package labelstudio

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
)

// hexColor is the server's rule for the color of a project.
var hexColor = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// projectForm reads the settings of a project from the request, as parameters of the actions. Fields that the world does not keep are
// passed over.
func (c *call) projectForm() (*payloads.Object, *problem) {
	o, fault := c.form()
	if fault != nil {
		return nil, fault
	}
	f := settingForm{in: o, out: payloads.Obj(), errors: payloads.Obj()}
	f.text(paramTitle, minTitle, maxTitle)
	f.text(paramDescription, 0, maxText)
	f.labelConfig()
	f.text(paramInstruction, 0, maxText)
	f.flag(paramInstructed)
	f.text(paramColor, 0, 16)
	if v, ok := f.out.Get(paramColor); ok && !hexColor.MatchString(fmt.Sprint(v)) {
		f.errors.Set(paramColor, payloads.Array{`Color must be in "#RRGGBB" format`})
	}
	f.overlap()
	f.text(paramModel, 0, 100)
	f.choice(paramSampling, samplings())
	f.choice(paramSkipQueue, skipQueues())
	if f.errors.Len() > 0 {
		return nil, &problem{status: http.StatusBadRequest, detail: "Validation error", fields: f.errors}
	}
	return f.out, nil
}

type settingForm struct{ in, out, errors *payloads.Object }

// text reads a string of a length; null and blank are as good as nothing.
func (f settingForm) text(name string, least, most int) {
	v, _ := f.in.Get(name)
	switch v.(type) {
	case nil:
		return
	case bool, payloads.Array, *payloads.Object:
		f.errors.Set(name, payloads.Array{"Not a valid string."})
		return
	}
	text := pythonStrip(pythonText(v))
	switch n := utf8.RuneCountInString(text); {
	case strings.ContainsRune(text, 0):
		f.errors.Set(name, payloads.Array{noNull})
	case n > most:
		f.errors.Set(name, payloads.Array{fmt.Sprintf("Ensure this field has no more than %d characters.", most)})
	case n > 0 && n < least:
		f.errors.Set(name, payloads.Array{fmt.Sprintf("Ensure this field has at least %d characters.", least)})
	default:
		f.out.Set(name, text)
	}
}

func (f settingForm) labelConfig() {
	v, ok := f.in.Get(paramInterface)
	if !ok {
		return
	}
	if v == nil {
		f.errors.Set(paramInterface, payloads.Array{"can only parse strings"})
		return
	}
	text, _ := v.(string)
	switch _, err := parseConfig(text); {
	case err != nil:
		f.errors.Set(paramInterface, payloads.Array{err.Error()})
	case utf8.RuneCountInString(text) > maxInterface:
		f.errors.Set(paramInterface, payloads.Array{fmt.Sprintf("Ensure this field has no more than %d characters.", maxInterface)})
	default:
		f.out.Set(paramInterface, text)
	}
}

func (f settingForm) flag(name string) {
	v, ok := f.in.Get(name)
	if !ok {
		return
	}
	b, ok := pythonFlag(v)
	switch {
	case v == nil:
		f.errors.Set(name, payloads.Array{nullMessage})
	case !ok:
		f.errors.Set(name, payloads.Array{"Must be a valid boolean."})
	default:
		f.out.Set(name, b)
	}
}

func (f settingForm) overlap() {
	v, ok := f.in.Get(paramOverlap)
	if !ok {
		return
	}
	n, whole := payloads.WholeNumber(v)
	if text, isText := v.(string); isText {
		n, whole = pythonInt(text)
	}
	switch {
	case v == nil:
		f.errors.Set(paramOverlap, payloads.Array{nullMessage})
	case !whole:
		f.errors.Set(paramOverlap, payloads.Array{"A valid integer is required."})
	case n < 0 || n > maxOverlap:
		f.errors.Set(paramOverlap, payloads.Array{fmt.Sprintf("Ensure this value is less than or equal to %d.", maxOverlap)})
	default:
		f.out.Set(paramOverlap, n)
	}
}

func (f settingForm) choice(name string, allowed []string) {
	v, ok := f.in.Get(name)
	if !ok || v == nil {
		return
	}
	text, isText := v.(string)
	if !isText || !slices.Contains(allowed, text) {
		f.errors.Set(name, payloads.Array{`"` + pythonText(v) + `" is not a valid choice.`})
		return
	}
	f.out.Set(name, text)
}
