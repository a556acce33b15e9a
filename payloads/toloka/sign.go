package toloka

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/signature"
)

// HeaderSignature carries the signature, when the subscription has a secret.
const HeaderSignature = "Toloka-Signature"

const (
	scheme  = "toloka hmac-sha256 v1"
	version = "1"

	signDigits  = 64 // of an HMAC-SHA256 in hex
	shortDigits = 40 // the Java SDK pads to the length of a SHA-1
)

// sign makes the header of one attempt. The signed string has the time before the version; the field prints them the other way round.
//
//	signed string   <ts>.<v>.<body>              ts: Unix milliseconds of the attempt, v: 1
//	field           {v=1, ts=<ts>, sign=<hex>}   the text of a Java Map; sign: 64 lower-case hex digits
func sign(m payloads.Message, stamp payloads.Stamp) (payloads.Signed, error) {
	s := stamp.Subscription
	var signed payloads.Signed
	if s.Secret != "" && !s.Quirk(QuirkNoSignature, false) {
		at, key := stamp.Time, string(s.Secret)
		if s.Quirk(QuirkStaleTime, false) {
			at = at.Add(-staleAge)
		}
		if s.Quirk(QuirkWrongSecret, false) {
			key += wrongSuffix
		}
		ts := strconv.FormatInt(at.UnixMilli(), 10)
		prefix := ts + "." + version + "."
		digits := signature.HMACSHA256Hex([]byte(key), []byte(prefix), m.Body)
		if s.Quirk(QuirkShortHex, false) {
			digits = javaHex(digits)
		}
		value := "{v=" + version + ", ts=" + ts + ", sign=" + digits + "}"
		if s.Quirk(QuirkHeaderOrder, false) {
			value = "{v=" + version + ", sign=" + digits + ", ts=" + ts + "}"
		}
		signed.Header = payloads.H(HeaderSignature, value)
		signed.Signature = &payloads.Signature{
			Scheme: scheme, Header: HeaderSignature, Prefix: prefix, Body: true,
			KeyFingerprint: signature.Fingerprint(key), Value: value,
		}
	}
	signed.Header = append(signed.Header, payloads.Field{Name: "Content-Type", Value: "application/json"})
	for _, h := range s.Headers {
		if !strings.EqualFold(h.Name, HeaderSignature) {
			signed.Header = signed.Header.With(payloads.Field{Name: h.Name, Value: h.Value})
		}
	}
	return signed, nil
}

// What the quirks that break a signature do: staleAge is how old its time is, wrongSuffix what is added to the secret.
const (
	staleAge    = time.Hour
	wrongSuffix = "?"
)

// javaHex prints the digest as a Java BigInteger padded to 40 digits does: without leading zeros beyond those.
func javaHex(digits string) string {
	short := strings.TrimLeft(digits, "0")
	return strings.Repeat("0", max(0, shortDigits-len(short))) + short
}

// Errors of verify.
var (
	ErrNoSecret = errors.New("no secret to verify with")
	ErrFormat   = errors.New("the signature field is not {v=…, ts=…, sign=…}")
	ErrVersion  = errors.New("the signature has an unknown version")
)

// verify does what a careful listener does: it relies neither on the order of the field's parts nor on leading zeros, and compares in
// constant time over the exact body. The documents give no bound for the age of ts, so none is enforced; the age is told.
func verify(r payloads.Received, secret string, now time.Time) ([]payloads.Step, error) {
	var steps []payloads.Step
	step := func(name, value string) { steps = append(steps, payloads.Step{Name: name, Value: value}) }
	if secret == "" {
		return nil, ErrNoSecret
	}
	value := r.Header.Get(HeaderSignature)
	step("field "+HeaderSignature, value)
	if value == "" {
		return steps, fmt.Errorf("%s: %w", HeaderSignature, signature.ErrMissing)
	}
	parts, err := parseSignature(value)
	if err != nil {
		return steps, err
	}
	step("version v", parts.version)
	step("time ts", parts.time(now))
	if parts.version != version {
		return steps, ErrVersion
	}
	prefix := parts.ts + "." + parts.version + "."
	step("signed string", fmt.Sprintf("%q and the body of %d bytes", prefix, len(r.Body)))
	step("key", signature.Fingerprint(secret))
	want := signature.HMACSHA256Hex([]byte(secret), []byte(prefix), r.Body)
	step("expected sign", want)
	step("received sign", parts.sign)
	padded := strings.Repeat("0", max(0, signDigits-len(parts.sign))) + parts.sign
	if !signature.Equal(padded, want) {
		return steps, signature.ErrMismatch
	}
	return steps, nil
}

type signatureParts struct{ version, ts, sign string }

// time prints ts for people.
func (p signatureParts) time(now time.Time) string {
	ms, err := strconv.ParseInt(p.ts, 10, 64)
	if err != nil {
		return p.ts
	}
	at := time.UnixMilli(ms).UTC()
	return fmt.Sprintf("%s (%s, %v before now)", p.ts, at.Format(layoutMilli), now.Sub(at).Round(time.Millisecond))
}

// maxTimestampDigits keeps ts within 64 bits.
const maxTimestampDigits = 18

// parseSignature reads the text of a Java Map: braces around key=value parts in any order. Parts that are not known are left alone; a
// known one that is given twice, or missing, or of other characters than it can have, is ErrFormat.
func parseSignature(value string) (signatureParts, error) {
	var p signatureParts
	inside, opened := strings.CutPrefix(value, "{")
	inside, closed := strings.CutSuffix(inside, "}")
	if !opened || !closed {
		return p, ErrFormat
	}
	for part := range strings.SplitSeq(inside, ",") {
		key, text, _ := strings.Cut(strings.TrimSpace(part), "=")
		var field *string
		switch key {
		case "v":
			field = &p.version
		case "ts":
			field = &p.ts
		case "sign":
			field = &p.sign
		default:
			continue
		}
		if *field != "" || text == "" {
			return p, ErrFormat
		}
		*field = text
	}
	if p.version == "" || len(p.ts) > maxTimestampDigits || len(p.sign) > signDigits || !only(p.ts, "0123456789") || !only(p.sign, "0123456789abcdef") {
		return p, ErrFormat
	}
	return p, nil
}

// only reports whether text is not empty and made of characters of alphabet.
func only(text, alphabet string) bool { return text != "" && strings.Trim(text, alphabet) == "" }
