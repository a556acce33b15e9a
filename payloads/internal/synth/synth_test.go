package synth_test

import (
	"encoding/hex"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads/internal/synth"
)

// seeds is how many seeds a property is checked with.
const seeds = 300

// drawContent uses every content draw once.
func drawContent(s *synth.Source) string {
	low := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return fmt.Sprint(s.Int(1, 1000000), s.Float(0, 1, 4), s.Bool(0.5), s.Person(), s.Text().Body, s.Sentence(), s.FileName(), s.ImageURL(),
		s.ProjectName(), s.Time(low, low.Add(time.Hour)), s.Duration(0, time.Minute), synth.Pick(s, 1, 2, 3), synth.Sample(s, 2, 1, 2, 3))
}

// drawIDs uses every id draw once.
func drawIDs(s *synth.Source) string {
	return fmt.Sprint(s.UUID(), s.Hex(7), s.ObjectID(time.Unix(1700000000, 0)), s.ID(1, 1<<40), s.IDText("", 9), hex.EncodeToString(s.Bytes(11)))
}

func TestSameSeedsSameMaterial(t *testing.T) {
	t.Parallel()
	draw := func(seed, idSeed uint64) []string {
		s := synth.New(seed, idSeed)
		var out []string
		for range 20 {
			out = append(out, drawContent(s), drawIDs(s))
		}
		return out
	}
	if diff := cmp.Diff(draw(1, 2), draw(1, 2)); diff != "" {
		t.Errorf("same seeds (-first +second):\n%s", diff)
	}
	if cmp.Equal(draw(1, 2), draw(3, 2)) || cmp.Equal(draw(1, 2), draw(1, 3)) {
		t.Error("other seeds gave the same material")
	}
}

func TestIDsAndContentAreIndependent(t *testing.T) {
	t.Parallel()
	first, second := synth.New(5, 1), synth.New(5, 2)
	for range 20 {
		drawIDs(second) // further ids must not disturb the content
		drawIDs(second)
		if a, b := drawContent(first), drawContent(second); a != b {
			t.Fatalf("content depends on ids:\n%s\n%s", a, b)
		}
	}
	first, second = synth.New(1, 5), synth.New(2, 5)
	for range 20 {
		drawContent(second)
		if a, b := drawIDs(first), drawIDs(second); a != b {
			t.Fatalf("ids depend on content:\n%s\n%s", a, b)
		}
	}
	if same := synth.New(9, 9); same.ID(0, 1<<62) == int64(same.Int(0, 1<<62)) {
		t.Error("equal seeds make equal streams")
	}
}

// TestFixedDraws pins a few results: they are in golden files of every platform, so a change of library or order must be seen here first.
func TestFixedDraws(t *testing.T) {
	t.Parallel()
	s := synth.New(1, 1)
	got := []string{s.UUID(), s.Hex(10), s.Person().Email, s.Text().Topic, fmt.Sprint(s.Int(0, 999), s.Float(0, 1, 3))}
	want := []string{"445c5854-b7bf-4887-ba41-9638dc5716c8", "c813d7035a", "irma.schuster@example.com", "business", "395 0.066"}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

func TestIDForms(t *testing.T) {
	t.Parallel()
	at := time.Unix(0x62ee14ad, 0)
	uuidForm := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	for seed := range uint64(seeds) {
		s := synth.New(0, seed)
		if id := s.UUID(); !uuidForm.MatchString(id) || seen[id] {
			t.Fatalf("seed %d: uuid %s is malformed or repeated", seed, id)
		} else {
			seen[id] = true
		}
		if id := s.ObjectID(at); !regexp.MustCompile(`^62ee14ad[0-9a-f]{16}$`).MatchString(id) {
			t.Fatalf("seed %d: object id %s", seed, id)
		}
		for n := range 9 {
			if h := s.Hex(n); len(h) != n || strings.Trim(h, "0123456789abcdef") != "" {
				t.Fatalf("seed %d: %d hex digits: %q", seed, n, h)
			}
		}
		if id := s.ID(10, 12); id < 10 || id > 12 {
			t.Fatalf("seed %d: id %d is out of 10 to 12", seed, id)
		}
		if id := s.IDText("ab", 5); len(id) != 5 || strings.Trim(id, "ab") != "" {
			t.Fatalf("seed %d: id text %q", seed, id)
		}
	}
}

func TestNumbersStayInBounds(t *testing.T) {
	t.Parallel()
	low := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	ints := map[int]bool{}
	for seed := range uint64(seeds) {
		s := synth.New(seed, 0)
		i := s.Int(-1, 1)
		ints[i] = true
		if i < -1 || i > 1 {
			t.Fatalf("seed %d: int %d", seed, i)
		}
		if f := s.Float(0.1, 0.9, 2); f < 0.1 || f > 0.9 || math.Abs(f*100-math.Round(f*100)) > 1e-9 {
			t.Fatalf("seed %d: float %v", seed, f)
		}
		at := s.Time(low, low.Add(time.Second))
		if at.Before(low) || at.After(low.Add(time.Second)) || at.Nanosecond()%1000 != 0 || at.Location() != time.UTC {
			t.Fatalf("seed %d: time %v", seed, at)
		}
		if d := s.Duration(time.Second, time.Minute); d < time.Second || d > time.Minute {
			t.Fatalf("seed %d: duration %v", seed, d)
		}
		if s.Bool(0) || !s.Bool(1) {
			t.Fatalf("seed %d: a certain draw went wrong", seed)
		}
	}
	if len(ints) != 3 {
		t.Errorf("ints from -1 to 1: got only %v", ints)
	}
}

func TestEmptyRanges(t *testing.T) {
	t.Parallel()
	s := synth.New(1, 1)
	at := time.Unix(5, 0).UTC()
	got := []any{
		s.Int(3, 1), s.ID(3, 3), s.Time(at, at), s.Duration(2, 1), synth.Pick[string](s), len(synth.Sample(s, 5, 1, 2)), len(synth.Sample[int](s, -1)),
		s.Hex(-1), s.IDText("", -1), len(s.Bytes(-1)), len(s.Texts(-1)),
	}
	want := []any{3, int64(3), at, time.Duration(2), "", 2, 0, "", "", 0, 0}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

func TestSampleIsWithoutRepetition(t *testing.T) {
	t.Parallel()
	for seed := range uint64(seeds) {
		list := []int{1, 2, 3, 4}
		got := synth.Sample(synth.New(seed, 0), 3, list...)
		seen := map[int]bool{}
		for _, v := range got {
			seen[v] = true
		}
		if len(got) != 3 || len(seen) != 3 {
			t.Fatalf("seed %d: %v", seed, got)
		}
		if diff := cmp.Diff(list, []int{1, 2, 3, 4}); diff != "" {
			t.Fatalf("the list was changed:\n%s", diff)
		}
	}
}

func TestPeople(t *testing.T) {
	t.Parallel()
	email := regexp.MustCompile(`^[a-z][a-z0-9.]*@example\.(com|org|net)$`)
	names := map[string]bool{}
	for seed := range uint64(seeds) {
		p := synth.New(seed, 0).Person()
		if p.First == "" || p.Last == "" || !email.MatchString(p.Email) || !strings.HasPrefix(p.Email, p.Username+"@") {
			t.Fatalf("seed %d: %+v", seed, p)
		}
		names[p.Name()] = true
	}
	if len(names) < seeds*9/10 {
		t.Errorf("got only %d different names of %d", len(names), seeds)
	}
}

func TestFilesAndURLs(t *testing.T) {
	t.Parallel()
	for seed := range uint64(seeds) {
		s := synth.New(seed, 0)
		if name := s.FileName(); !regexp.MustCompile(`^\S+_\d{4}\.[a-z]+$`).MatchString(name) || strings.Contains(name, "/") {
			t.Fatalf("seed %d: file %q", seed, name)
		} else if strings.HasPrefix(name, "call") && !strings.HasSuffix(name, ".wav") && !strings.HasSuffix(name, ".txt") {
			t.Errorf("seed %d: a call is no %q", seed, name)
		}
		u, err := url.Parse(s.ImageURL())
		if err != nil || u.Scheme != "https" || !regexp.MustCompile(`\.example\.(com|org)$`).MatchString(u.Host) {
			t.Fatalf("seed %d: url %v, error %v", seed, u, err)
		}
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	all := synth.New(1, 1).Texts(1000)
	bodies, languages, domains := map[string]bool{}, map[string]bool{}, map[string]int{}
	beyondASCII, astral, breaks, escapes, rightToLeft := 0, 0, 0, 0, 0
	for _, text := range all {
		bodies[text.Body] = true
		languages[text.Language] = true
		domains[text.Domain]++
		checkText(t, text)
		beyondASCII += count(text.Body, func(r rune) bool { return r > unicode.MaxASCII })
		astral += count(text.Body, func(r rune) bool { return r > 0xffff })
		breaks += count(text.Body, func(r rune) bool { return r == '\n' })
		escapes += count(text.Body, func(r rune) bool { return r == '"' || r == '\\' })
		rightToLeft += count(text.Body, func(r rune) bool { return unicode.In(r, unicode.Arabic, unicode.Hebrew) })
	}
	if len(bodies) < 40 || len(bodies) != len(all) || len(languages) < 12 || len(domains) != 6 {
		t.Errorf("got %d texts (%d different) in %d languages and %d domains", len(all), len(bodies), len(languages), len(domains))
	}
	if beyondASCII < 20 || astral < 3 || breaks < 5 || escapes < 5 || rightToLeft < 2 {
		t.Errorf("texts with: non-ASCII %d, astral %d, line breaks %d, escapes %d, right to left %d", beyondASCII, astral, breaks, escapes, rightToLeft)
	}
}

// count is 1 when text holds such a rune.
func count(text string, is func(rune) bool) int {
	if strings.ContainsFunc(text, is) {
		return 1
	}
	return 0
}

func checkText(t *testing.T, text synth.Text) {
	t.Helper()
	if !utf8.ValidString(text.Body) || strings.ContainsAny(text.Body, "⟦⟧") || text.Topic == "" || len(text.Spans) == 0 {
		t.Errorf("text is incomplete: %+v", text)
	}
	if !regexp.MustCompile(`^(positive|neutral|negative)$`).MatchString(text.Sentiment) {
		t.Errorf("sentiment %q of %q", text.Sentiment, text.Body)
	}
	runes, end := []rune(text.Body), 0
	for _, span := range text.Spans {
		if span.Start < end || span.End <= span.Start || span.End > len(runes) || string(runes[span.Start:span.End]) != span.Phrase {
			t.Errorf("span %+v does not fit %q", span, text.Body)
			return
		}
		if !regexp.MustCompile(`^(PER|ORG|LOC|DATE|PROD|COND|CODE)$`).MatchString(span.Label) {
			t.Errorf("label %q of %q", span.Label, text.Body)
		}
		end = span.End
	}
}

func TestTextByDomain(t *testing.T) {
	t.Parallel()
	for seed := range uint64(seeds) {
		s := synth.New(seed, 0)
		if got := s.Text(synth.Clinical, synth.Code).Domain; got != synth.Clinical && got != synth.Code {
			t.Fatalf("seed %d: domain %s", seed, got)
		}
		if got := s.Text("astrology"); got.Body == "" {
			t.Fatalf("seed %d: no text for an unknown domain", seed)
		}
	}
}

func BenchmarkMaterial(b *testing.B) {
	tests := []struct {
		name string
		draw func(*synth.Source)
	}{
		{"nothing", func(*synth.Source) {}},
		{"uuid", func(s *synth.Source) { s.UUID() }},
		{"person", func(s *synth.Source) { s.Person() }},
		{"text", func(s *synth.Source) { s.Text() }},
		{"text of a domain", func(s *synth.Source) { s.Text(synth.News) }},
		{"file", func(s *synth.Source) { s.FileName() }},
	}
	for _, test := range tests {
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				test.draw(synth.New(1, 1))
			}
		})
	}
}
