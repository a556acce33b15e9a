package e2e_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// bodyWithin is how long the server may think about one hostile body, the load of a shared machine included; nothing here takes a second.
const bodyWithin = 15 * time.Second

// doorsForBodies are the routes that read JSON, each with a header field that its platform asks for.
func doorsForBodies() map[string][]string {
	return map[string][]string{
		"POST /api/v1/events":                       nil,
		"POST /api/v1/subscriptions":                nil,
		"POST /api/v1/actions":                      nil,
		"POST /argilla/api/v1/webhooks":             {"X-Argilla-Api-Key", "any"},
		"POST /label-studio/api/webhooks/":          {"Authorization", "Token any"},
		"POST /label-studio/api/projects/":          {"Authorization", "Token any"},
		"POST /label-studio/api/projects/1/import":  {"Authorization", "Token any"},
		"POST /label-studio/api/token/refresh":      nil,
		"PUT /toloka/api/v1/webhook-subscriptions":  {"Authorization", "OAuth any"},
		"PATCH /toloka/api/v1/assignments/00--1234": {"Authorization", "OAuth any"},
	}
}

// hostileBodies are small to send and, where one is careless, expensive to read.
func hostileBodies() map[string]string {
	const n = 200_000
	digits := strings.Repeat("9", 2*n)
	return map[string]string{
		"arrays in arrays":     strings.Repeat("[", n),
		"closed arrays":        strings.Repeat("[", n) + strings.Repeat("]", n),
		"objects in objects":   strings.Repeat(`{"a":`, n/5) + "1" + strings.Repeat("}", n/5),
		"a list of objects":    strings.Repeat(`[{"url":`, n/10),
		"data of arrays":       `{"platform":"argilla","type":"ping","data":{"a":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}}`,
		"a long number":        `{"platform":"argilla","type":"ping","seed":` + digits + `,"url":` + digits + `,"title":` + digits + `}`,
		"numbers in a list":    `[{"webhook_url":` + digits + `,"event_type":` + digits + `,"pool_id":` + digits + `}]`,
		"a huge exponent":      `{"platform":"argilla","type":"ping","seed":1e999999999,"count":1e999999999,"url":1e999999999,"title":1e999999999,"project":1e999999999}`,
		"a tiny exponent":      `[{"webhook_url":1e-999999999,"event_type":1E-999999999,"pool_id":-1e-999999999}]`,
		"a key a thousandfold": `{` + strings.Repeat(`"url":"http://127.0.0.1/",`, 20_000) + `"platform":"argilla"}`,
		"as many keys":         "{" + manyKeys(40_000) + `"platform":"argilla"}`,
		"an open text":         `{"url":"` + strings.Repeat(`\u0041`, n/4),
		"halves of pairs":      `{"url":"` + strings.Repeat(`\ud800`, n/4) + `"}`,
		"only blanks":          strings.Repeat(" \n\t", n/2),
		"no text":              strings.Repeat("\xff", n),
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(`"k`)
		b.WriteString(strings.Repeat("x", i%9))
		b.WriteString(string(rune('a' + i%26)))
		b.WriteString(string(rune('\u4e00' + i/2)))
		b.WriteString(`":0,`)
	}
	return b.String()
}

// TestHostileBodies: no body brings the server down, takes it long, or makes it large; and none makes it tell much.
func TestHostileBodies(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	for name, body := range hostileBodies() {
		for door, header := range doorsForBodies() {
			method, path, _ := strings.Cut(door, " ")
			begun := time.Now()
			r := s.send(method, path, body, header...)
			lenient := strings.HasPrefix(path, "/label-studio/") && r.status == http.StatusCreated // that server takes what it does not know
			if (r.status < 400 || r.status > 499) && !lenient {
				t.Errorf("%s to %s: %d %.200s", name, door, r.status, r.body)
			}
			if took := time.Since(begun); took > bodyWithin {
				t.Errorf("%s to %s took %s", name, door, took)
			}
			s.running()
			if len(r.body) > 256<<10 {
				t.Errorf("%s to %s: an answer of %d bytes", name, door, len(r.body))
			}
		}
	}
	if most := s.memory("VmHWM"); most > 700<<10 {
		t.Errorf("hostile bodies took %d kB", most)
	} else {
		t.Logf("at most %d kB", most)
	}
}

// TestCompressedBombs: a small body that unpacks to a gigabyte is not unpacked, at our API or at a platform's.
func TestCompressedBombs(t *testing.T) {
	t.Parallel()
	s := start(t, "--redis", "memory")
	var bomb bytes.Buffer
	packed := gzip.NewWriter(&bomb)
	if _, err := io.CopyN(packed, blanks{}, 256<<20); err != nil {
		t.Fatal(err)
	}
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
	before := s.memory("VmHWM")
	for door, header := range doorsForBodies() {
		method, path, _ := strings.Cut(door, " ")
		for _, coding := range []string{"gzip", "deflate", "br", "gzip, gzip"} {
			r := s.send(method, path, bomb.String(), append([]string{"Content-Encoding", coding}, header...)...)
			if ours := strings.HasPrefix(path, "/api/v1"); r.status < 400 || r.status > 499 || ours && r.status != http.StatusUnsupportedMediaType {
				t.Errorf("%s with %s: %d %.200s", door, coding, r.status, r.body)
			}
		}
	}
	if grown := s.memory("VmHWM") - before; grown > 100<<10 {
		t.Errorf("a bomb of %d bytes cost %d kB", bomb.Len(), grown)
	}
}

// blanks reads as blanks without an end.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
