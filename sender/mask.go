package sender

import (
	"bytes"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// maxMessageBytes bounds the text of a failure. What a hostile listener sent may be quoted in it.
const maxMessageBytes = 500

// MaskURL replaces the user:pass@ of a URL, if any, by stars: "https://********@example.com/hook". It works on text that is no valid URL
// too, and then hides rather more than less.
func MaskURL(raw string) string {
	start := 0
	if i := strings.Index(raw, "//"); i >= 0 {
		start = i + 2
	}
	end := len(raw)
	if u, err := url.Parse(raw); err == nil && u.Host != "" {
		// Only the authority can hold a password here; an @ in path or query is ordinary text.
		if i := strings.IndexAny(raw[start:], "/?#"); i >= 0 {
			end = start + i
		}
	}
	at := strings.LastIndexByte(raw[start:end], '@')
	if at < 0 {
		return raw
	}
	return raw[:start] + subscriptions.Masked + raw[start+at:]
}

// maskHeader returns a copy in which secret values are stars.
func maskHeader(h payloads.Header) payloads.Header {
	out := make(payloads.Header, len(h))
	for i, f := range h {
		if f.Secret && f.Value != "" {
			f.Value = subscriptions.Masked
		}
		out[i] = f
	}
	return out
}

// secretsOf lists the texts that must not appear in a message about r: values of secret fields, and user:pass@ as written, decoded and escaped.
func secretsOf(r Request) []string {
	var out []string
	for _, f := range r.Header {
		if f.Secret {
			out = append(out, f.Value)
			if _, credential, ok := strings.Cut(f.Value, " "); ok {
				out = append(out, credential)
			}
		}
	}
	if p, err := splitURL(r.URL); err == nil && p.hasUser {
		_, written, _ := p.credential()
		password := payloads.PercentDecode(written)
		out = append(out, p.user, written, password, url.QueryEscape(password), url.PathEscape(password))
	}
	return out
}

// shortSecret is a length below which a secret is also a part of ordinary words.
const shortSecret = 4

// hide replaces a secret by stars: everywhere, or a very short one only where it stands alone, because a password "p" would otherwise turn
// "tcp" into riddles.
func hide(message, secret string) string {
	if secret == "" {
		return message
	}
	if len(secret) >= shortSecret {
		return strings.ReplaceAll(message, secret, subscriptions.Masked)
	}
	var out strings.Builder
	for {
		before, after, found := strings.Cut(message, secret)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		last, _ := utf8.DecodeLastRuneInString(before)
		next, _ := utf8.DecodeRuneInString(after)
		if inWord(last) || inWord(next) {
			out.WriteString(secret)
		} else {
			out.WriteString(subscriptions.Masked)
		}
		message = after
	}
}

func inWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// echoedSecret is a length from which a secret that comes back is surely one. A shorter one may be any word or number of a reply, and stays.
const echoedSecret = 8

// hideEchoes hides what a reply repeats of the secrets of its request, as listeners do that print what they got. Stars keep the length, so that
// the sizes on record stay true.
func hideEchoes(reply *payloads.Reply, secrets []string) {
	for _, secret := range secrets {
		if len(secret) < echoedSecret {
			continue
		}
		stars := strings.Repeat("*", len(secret))
		for i, f := range reply.Header {
			reply.Header[i].Value = strings.ReplaceAll(f.Value, secret, stars)
		}
		if bytes.Contains(reply.Body, []byte(secret)) {
			reply.Body = bytes.ReplaceAll(reply.Body, []byte(secret), []byte(stars))
		}
	}
}

// cleanMessage hides the secrets in a text and bounds it. A listener can send back what it got, and parse errors quote what was sent.
func cleanMessage(message string, secrets []string) string {
	for _, s := range secrets {
		message = hide(message, s)
	}
	if len(message) <= maxMessageBytes {
		return strings.ToValidUTF8(message, "\uFFFD")
	}
	cut := maxMessageBytes
	for cut > 0 && !utf8.RuneStart(message[cut]) {
		cut--
	}
	return strings.ToValidUTF8(message[:cut], "\uFFFD") + "…"
}
