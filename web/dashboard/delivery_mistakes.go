package dashboard

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
)

// mistake is what a listener computes that does one thing wrong. Who finds the value in the listener's log knows what that is.
type mistake struct {
	Text, Value string
}

// maxRemade bounds the bodies that are printed anew, in bytes.
const maxRemade = 1 << 20

// standardPrefix stands before the base64 of a Standard Webhooks secret.
const standardPrefix = "whsec_"

// signedForm is how an HMAC-SHA256 signature was made, as found out by making it again.
type signedForm struct {
	key     []byte
	decoded bool // the key is the secret decoded from base64, not its text
	hex     bool // the value is printed in hex, not in base64
}

// formOf tries the ways there are; false when none of them leads to the value.
func formOf(s payloads.Signature, secret string, body []byte) (signedForm, bool) {
	forms := []signedForm{{key: []byte(secret), hex: true}, {key: []byte(secret)}}
	if key, ok := decodedKey(secret); ok {
		forms = append(forms, signedForm{key: key, decoded: true}, signedForm{key: key, decoded: true, hex: true})
	}
	for _, f := range forms {
		if strings.Contains(s.Value, f.value(f.key, s.Prefix, body, s.Body)) {
			return f, true
		}
	}
	return signedForm{}, false
}

func decodedKey(secret string) ([]byte, bool) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, standardPrefix))
	return key, err == nil && len(key) > 0
}

// value is the signature over prefix and body in the form's encoding.
func (f signedForm) value(key []byte, prefix string, body []byte, signed bool) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(prefix))
	if signed {
		mac.Write(body)
	}
	if f.hex {
		return hex.EncodeToString(mac.Sum(nil))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// keyText says how the key comes out of the secret.
func (f signedForm) keyText(secret string) string {
	switch {
	case !f.decoded:
		return fmt.Sprintf("the %d bytes of the secret's text, as they are", len(f.key))
	case strings.HasPrefix(secret, standardPrefix):
		return fmt.Sprintf("the secret without %s, decoded from base64: %d bytes", standardPrefix, len(f.key))
	default:
		return fmt.Sprintf("the secret decoded from base64: %d bytes", len(f.key))
	}
}

// mistakes are the usual ones, each with the value it leads to; those that lead to the right one are none.
func (f signedForm) mistakes(s payloads.Signature, secret string, body []byte) []mistake {
	var list []mistake
	right := f.value(f.key, s.Prefix, body, s.Body)
	add := func(text, value string) {
		if value != right {
			list = append(list, mistake{Text: text, Value: value})
		}
	}
	if f.decoded {
		add("takes the secret's text for the key instead of decoding it from base64", f.value([]byte(secret), s.Prefix, body, s.Body))
	} else if key, ok := decodedKey(secret); ok {
		add("decodes the secret from base64 instead of taking its text for the key", f.value(key, s.Prefix, body, s.Body))
	}
	if s.Body {
		for _, m := range remade(body) {
			add(m.Text, f.value(f.key, s.Prefix, []byte(m.Value), true))
		}
		if s.Prefix != "" {
			add("leaves out what stands before the body", f.value(f.key, "", body, true))
		}
		add("signs an empty body, because something had read it before", f.value(f.key, s.Prefix, nil, true))
	}
	other := f
	other.hex = !f.hex
	encoding := map[bool]string{true: "hex", false: "base64"}
	return append(list, mistake{
		Text:  "computes the right digest, but prints it in " + encoding[other.hex] + " and not in " + encoding[f.hex],
		Value: other.value(f.key, s.Prefix, body, s.Body),
	})
}

// remade are bodies that a listener may have in the place of the bytes that came: texts say how, values are the bytes.
func remade(body []byte) []mistake {
	list := []mistake{{Text: "has a line feed at the end of the body, as from a file or echo", Value: string(body) + "\n"}}
	if len(body) > maxRemade {
		return list
	}
	var compact bytes.Buffer
	if json.Compact(&compact, body) != nil {
		return list
	}
	if !bytes.Equal(compact.Bytes(), body) {
		list = append(list, mistake{Text: "parses the body and prints it again without spaces, as JavaScript does", Value: compact.String()})
	}
	if spaced := asPython(compact.Bytes()); spaced != string(body) {
		list = append(list, mistake{Text: "parses the body and prints it again with spaces, as Python does", Value: spaced})
	}
	return list
}

// asPython gives compact JSON the spaces and escapes of Python's default.
func asPython(compact []byte) string {
	var b strings.Builder
	inText := false
	for i := 0; i < len(compact); {
		r, n := utf8.DecodeRune(compact[i:])
		switch {
		case inText && r == '\\':
			n = min(n+1, len(compact)-i)
			b.Write(compact[i : i+n])
		case r >= utf8.RuneSelf:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		default:
			b.WriteRune(r)
			if r == '"' {
				inText = !inText
			} else if !inText && (r == ',' || r == ':') {
				b.WriteByte(' ')
			}
		}
		i += n
	}
	return b.String()
}
