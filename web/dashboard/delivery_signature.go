package dashboard

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// maxSigned is how much of a body stands inside a signed string, in bytes; the whole body has its own place on the page.
const maxSigned = 2 << 10

// signatureView explains the signature of one attempt.
type signatureView struct {
	payloads.Signature
	Number   int
	Parts    []signedPart // of the signed string, in order; none: nothing is signed, the value is the secret itself
	Length   int          // of the signed string, in bytes
	More     int          // bytes of the body that Parts leaves out
	State    string       // one of the states
	Key      string       // how the key comes out of the secret; empty: not found out
	Computed string       // the value, made again with the stored secret; empty: not made
	Steps    []payloads.Step
	Then     string // what a listener says at the time of the attempt; empty: it accepts
	Now      string // what it says now; empty: it accepts
	Mistakes []mistake
	Refused  bool // the listener answered that the request is unauthorised
	Recipe   []string
}

// Sent is the value as it was sent, what the platform puts around the computed one told apart: a reader compares the two.
func (v *signatureView) Sent() []piece {
	before, after, found := strings.Cut(v.Value, v.Computed)
	if !found || v.Computed == "" {
		return []piece{{Text: visible(v.Value), Hit: true}}
	}
	all := []piece{{Text: visible(before)}, {Text: visible(v.Computed), Hit: true}, {Text: visible(after)}}
	return slices.DeleteFunc(all, func(p piece) bool { return p.Text == "" })
}

// signedPart is one piece of a signed string.
type signedPart struct {
	Name, Text string
	Note       string // what it means; empty: itself
	Class      string // its colour
}

// The states of a signature: what becomes of checking it again.
const (
	stateEqual   = "equal"   // made again, the same came out
	stateOther   = "other"   // made again, something else came out
	stateChanged = "changed" // the stored secret is not the one that signed
	stateGone    = "gone"    // no secret is stored any more
	stateCarried = "carried" // the value is the secret, which records never hold
)

// signaturePanel explains the signature of the attempt at index at, or says why there is none.
func (d *dashboard) signaturePanel(s story, at int) (v *signatureView, unsigned string) {
	if at < 0 || s.Attempts[at].Request == nil {
		return nil, ""
	}
	a := s.Attempts[at]
	if a.Signature == nil {
		return nil, s.unsigned(a)
	}
	v = &signatureView{Signature: *a.Signature, Number: a.Number, Recipe: s.Platform.Recipe}
	v.Refused = statusOf(a) == http.StatusUnauthorized || statusOf(a) == http.StatusForbidden
	v.Parts, v.More = signedParts(*a.Signature, a.Request.Header, s.Body)
	v.Length = len(a.Signature.Prefix)
	if a.Signature.Body {
		v.Length += len(s.Body)
	}
	sub, found := s.target()
	secret := string(sub.Secret)
	switch {
	case !found || secret == "":
		v.State = stateGone
	case !s.signsWith(sub, a):
		v.State = stateChanged
	case a.Signature.Value == subscriptions.Masked:
		v.State = stateCarried
	case s.Known && s.Platform.Verify != nil:
		v.check(s, a, secret, d.now())
	}
	return v, ""
}

// unsigned says why a request has no signature of its own.
func (s story) unsigned(a history.Attempt) string {
	switch {
	case s.Known && s.Platform.Verify == nil:
		return s.Platform.Name + " signs nothing: a listener cannot tell its requests from others. " +
			"A secret in a header of the subscription, or in the URL, is all that there can be."
	case s.Known && s.Verbatim != nil:
		return "This is a verbatim repetition: nothing was signed anew. Header and signature are those of the attempt that it repeats." +
			s.judged(a)
	default:
		return "This request is not signed, because its subscription had no secret."
	}
}

// signsWith reports whether the platform, asked to sign today for this subscription, takes the key that signed the attempt.
func (s story) signsWith(sub subscriptions.Subscription, a history.Attempt) bool {
	if !s.Known {
		return false
	}
	stamp := payloads.Stamp{Subscription: sub, DeliveryID: s.ID, Attempt: a.Number, Time: a.StartedAt}
	signed, err := s.Platform.Sign(payloads.Message{Method: s.Method}, stamp)
	return err == nil && signed.Signature != nil && signed.Signature.KeyFingerprint == a.Signature.KeyFingerprint
}

// check does what a listener does with the secret, at the time of the attempt and now.
func (v *signatureView) check(s story, a history.Attempt, secret string, now time.Time) {
	received := s.received(a)
	v.State = stateEqual
	steps, err := s.Platform.Verify(received, secret, a.StartedAt)
	if v.Steps = steps; err != nil {
		v.State, v.Then = stateOther, err.Error()
	}
	if _, err := s.Platform.Verify(received, secret, now); err != nil {
		v.Now = err.Error()
	}
	form, ok := formOf(v.Signature, secret, s.Body)
	if !ok {
		return
	}
	v.Key = form.keyText(secret)
	v.Computed = form.value(form.key, v.Prefix, s.Body, v.Body)
	v.Mistakes = form.mistakes(v.Signature, secret, s.Body)
}

// received is the request of an attempt as a listener has it, but for what the record hides.
func (s story) received(a history.Attempt) payloads.Received {
	r := payloads.Received{Method: a.Request.Method, Header: http.Header{}, Body: s.Body}
	for _, f := range a.Request.Header {
		r.Header.Add(f.Name, f.Value)
	}
	return r
}

// judged says what a listener with the stored secret makes of a repeated signature; nothing where that cannot be found out.
func (s story) judged(a history.Attempt) string {
	sub, found := s.target()
	hidden := slices.ContainsFunc(a.Request.Header, func(f payloads.Field) bool { return f.Secret })
	if !found || sub.Secret == "" || hidden {
		return ""
	}
	if _, err := s.Platform.Verify(s.received(a), string(sub.Secret), a.StartedAt); err != nil {
		return " A careful listener that has the stored secret refuses it: " + err.Error() + "."
	}
	return " A careful listener that has the stored secret still accepts it."
}

// Unix times as they stand in signed strings.
const (
	secondsDigits = 10
	millisDigits  = 13
)

// signedParts takes a signed string apart. Its pieces are named after the header fields that carry them.
func signedParts(s payloads.Signature, header payloads.Header, body []byte) (parts []signedPart, more int) {
	named := 0
	for piece := range strings.SplitAfterSeq(s.Prefix, ".") {
		text, dotted := strings.CutSuffix(piece, ".")
		if text != "" {
			named++
			parts = append(parts, signedPart{
				Name: partName(text, s, header), Text: visible(text), Note: timeNote(text), Class: "part-" + strconv.Itoa((named-1)%3+1),
			})
		}
		if dotted {
			parts = append(parts, signedPart{Text: ".", Class: "part-dot"})
		}
	}
	if s.Body {
		shown := body[:min(len(body), maxSigned)]
		more = len(body) - len(shown)
		parts = append(parts, signedPart{Name: "body", Text: visible(string(shown)), Note: size(len(body)) + ", exactly as sent", Class: "part-body"})
	}
	return parts, more
}

// partName is the field whose value the piece is, or the key it stands behind inside the signature's own field.
func partName(text string, s payloads.Signature, header payloads.Header) string {
	if i := slices.IndexFunc(header, func(f payloads.Field) bool { return f.Value == text }); i >= 0 {
		return header[i].Name
	}
	if m := regexp.MustCompile(`(\w+)=` + regexp.QuoteMeta(text) + `\b`).FindStringSubmatch(s.Value); m != nil {
		return m[1] + " in " + s.Header
	}
	return "fixed text"
}

// timeNote reads a Unix time in seconds or milliseconds.
func timeNote(text string) string {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return ""
	}
	switch len(text) {
	case secondsDigits:
		return time.Unix(n, 0).UTC().Format("2006-01-02 15:04:05 UTC")
	case millisDigits:
		return time.UnixMilli(n).UTC().Format("2006-01-02 15:04:05.000 UTC")
	default:
		return ""
	}
}

// signedView is the string a signature was made of, for pages that explain no more.
type signedView struct {
	payloads.Signature
	PrefixText string
	BodyText   string // empty where the body is not signed
	More       int    // bytes of the body that are left out
}

func viewSignature(s payloads.Signature, body []byte) *signedView {
	v := &signedView{Signature: s, PrefixText: visible(s.Prefix)}
	if s.Body {
		shown := body[:min(len(body), maxSigned)]
		v.BodyText, v.More = visible(string(shown)), len(body)-len(shown)
	}
	return v
}
