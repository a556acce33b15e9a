package argilla

import (
	"encoding/json"
	"errors"
	"net/netip"
	neturl "net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/payloads/payloadtest"
)

// FuzzParsePython wants the reader to agree with encoding/json about what JSON is, apart from the words that only Python has, a fault to
// lie within the text, and what was read to be printed as a text that reads as the same.
func FuzzParsePython(f *testing.F) {
	for _, text := range payloadtest.PythonTexts() {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := parsePython(text)
		own := strings.Contains(string(text), "NaN") || strings.Contains(string(text), "Infinity") || strings.HasPrefix(string(text), "\ufeff")
		if valid := json.Valid(text) && utf8.Valid(text); !own && valid != (err == nil) && !errors.Is(err, errUnreadable) {
			t.Fatalf("%q: %v, encoding/json says %v", text, err, valid)
		}
		if fault, ok := errors.AsType[*wire.PythonError](err); ok && (fault.Place < 0 || fault.Place > utf8.RuneCount(text)) {
			t.Fatalf("%q has its fault at %d", text, fault.Place)
		}
		if err != nil {
			return
		}
		once, err := compactJSON(v)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		again, err := parsePython(once)
		if err != nil {
			t.Fatalf("%q is printed as %s: %v", text, once, err)
		}
		twice, err := compactJSON(again)
		if err != nil || string(once) != string(twice) {
			t.Fatalf("%q is printed as %s, then %s, %v", text, once, twice, err)
		}
	})
}

// FuzzParseURL wants a URL in its normal form to be its own normal form, and one that net/url reads too.
func FuzzParseURL(f *testing.F) {
	for _, text := range []string{
		"http://h", "HTTP://H:80/a/../b", "https:\\\\h\\p?q#f", "http://u:p@h:0080/", "http://0x7f.1/", "http://[::ffff:1.2.3.4]:99/", "http://bücher.example/ü?ü#ü",
		"http:///h", "http://h:65536", "http://1.2.3.256", "http://a%00b", "http://%41", "ftp://h:21/", "mailto:a@b", " http://h\t/\n", "http://h/%zz", "http://\u00ad/", "http://a..b/./%2e%2E/",
		"http://u@", "http://:p@h", "http://h?", "http://h#", "http://1e3", "http://0", "http://256", "http://xn--a", "http://h:/", "http://a@b@c/",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		url, scheme, wrong := parseURL(text)
		if wrong != "" {
			if url != "" || scheme != "" {
				t.Fatalf("%q: %q, %q beside %q", text, url, scheme, wrong)
			}
			return
		}
		if scheme != schemeHTTP && scheme != schemeHTTPS {
			return // of other schemes only the scheme is certain
		}
		if again, _, wrong := parseURL(url); again != url || wrong != "" {
			t.Fatalf("%q becomes %q, then %q, %s", text, url, again, wrong)
		}
		for _, c := range url {
			if c <= ' ' || c >= 0x7f {
				t.Fatalf("%q becomes %q, which is no plain ASCII", text, url)
			}
		}
		u, err := neturl.Parse(url)
		if err != nil {
			return // net/url is stricter about % and about hosts
		}
		host := u.Hostname()
		if u.Scheme != scheme || host == "" || host != strings.ToLower(host) {
			t.Fatalf("%q becomes %q with the host %q", text, url, host)
		}
		number := strings.TrimSuffix(host, ".") // a host that ends in a number is an address; two dots end in none
		if strings.Trim(number, "0123456789.") == "" && number != "" && !strings.HasSuffix(number, ".") {
			if _, err := netip.ParseAddr(number); err != nil {
				t.Fatalf("%q becomes %q: %v", text, url, err)
			}
		}
	})
}

// FuzzParseUUID wants an id in its usual form or words of why it is none; any id, in any of its forms, is read.
func FuzzParseUUID(f *testing.F) {
	const id = "a3c80d08-7ef1-4663-8a3f-000000000000"
	for _, text := range []string{
		id, strings.ToUpper(id), "{" + id + "}", "urn:uuid:" + id, strings.ReplaceAll(id, "-", ""), "URN:UUID:" + id, "{" + strings.ReplaceAll(id, "-", "") + "}", "{}", "urn:uuid:", "-----",
		"a3c80d087-ef1-4663-8a3f-000000000000", "é" + id[2:], id + "\x00", "", "a3c80d08-7ef1-4663-8a3f-0000000000000",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, wrong := parseUUID(text)
		if (got == "") == (wrong == "") {
			t.Fatalf("%q: %q and %q", text, got, wrong)
		}
		plain := len(text) == 32 || len(text) == 36 // of longer ones that package looks at the middle only
		if want, err := uuid.Parse(text); plain && err == nil && got != want.String() {
			t.Fatalf("%q: %q, %s; another reader takes it for %s", text, got, wrong, want)
		}
		if got == "" {
			return
		}
		parsed, err := uuid.Parse(got)
		if err != nil || parsed.String() != got {
			t.Fatalf("%q became %q, %v", text, got, err)
		}
	})
}
