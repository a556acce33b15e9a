package readme_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// command is one command of a transcript and the output below it.
type command struct {
	line       string // as typed, without the prompt and the "&"
	background bool
	output     []string
	at, from   int // lines of the README: the command, and the first of its output
}

const (
	prompt = "$ "
	fence  = "```"
)

// commands reads every console block of a document.
func commands(lines []string) []command {
	var found []command
	inside := false
	for i, line := range lines {
		switch {
		case line == fence+"console":
			inside = true
		case strings.HasPrefix(line, fence):
			inside = false
		case inside && strings.HasPrefix(line, prompt):
			text := strings.TrimPrefix(line, prompt)
			typed, background := strings.CutSuffix(text, " &")
			found = append(found, command{line: typed, background: background, at: i, from: i + 1})
		case inside && len(found) > 0:
			last := &found[len(found)-1]
			last.output = append(last.output, line)
		}
	}
	return found
}

// varying is what differs between two runs; the name stands in for it when output is compared.
var varying = []struct {
	name string
	form *regexp.Regexp
}{
	{"<time>", regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| UTC)?`)},
	{"<signature>", regexp.MustCompile(`v1,[A-Za-z0-9+/]{43}=`)},
	{"<message>", regexp.MustCompile(`msg_[A-Za-z0-9_-]{22}`)},
	{"<id>", regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)},
	{"<key>", regexp.MustCompile(`[A-Za-z0-9+/]{86}==`)},
	{"<fingerprint>", regexp.MustCompile(`sha256:[0-9a-f]{8,64}`)},
	{"<clock>", regexp.MustCompile(`\b\d\d:\d\d:\d\d(\.\d+)?\b`)},
	{"<seconds>", regexp.MustCompile(`\b1[7-9]\d{8}\b`)},
	{"<duration>", regexp.MustCompile(`\b\d+(\.\d+)? ?(ns|µs|ms|s)\b`)},
	{"<date>", regexp.MustCompile(`\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4}\b`)},
	{"annohook <version>", regexp.MustCompile(`\bannohook (devel|v\d\S*)`)},
	{"127.0.0.1:<port>", regexp.MustCompile(`\b127\.0\.0\.1:[1-6]\d{4}\b`)}, // one that the kernel chose
	{" ", regexp.MustCompile(`[ \t]+`)},                                     // columns are as wide as their widest cell
}

// namesEnd is the end of the kinds in varying, from the second on, that name things.
const namesEnd = 5

// plain replaces what varies.
func plain(line string) string {
	for _, v := range varying {
		line = v.form.ReplaceAllString(line, v.name)
	}
	return strings.TrimSpace(line)
}

func plainAll(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = plain(line)
	}
	return out
}

// names are the parts of a text that later commands may repeat, with their kinds.
func names(lines []string) (texts, kinds []string) {
	for _, line := range lines {
		for _, v := range varying[1:namesEnd] {
			for _, text := range v.form.FindAllString(line, -1) {
				texts, kinds = append(texts, text), append(kinds, v.name)
			}
		}
	}
	return texts, kinds
}

// learn adds to known what the names of the document are called in this run. Where the two outputs differ in form, nothing can be said.
func learn(known map[string]string, document, run []string) {
	theirs, kinds := names(document)
	ours, ourKinds := names(run)
	if !cmp.Equal(kinds, ourKinds) {
		return
	}
	for i := range theirs {
		known[theirs[i]] = ours[i]
	}
}

// inThisRun rewrites a command of the document to one of this run.
func inThisRun(line string, known map[string]string) string {
	texts, _ := names([]string{line})
	for _, text := range texts {
		if now, ok := known[text]; ok {
			line = strings.ReplaceAll(line, text, now)
		}
	}
	return line
}

func TestCommands(t *testing.T) {
	t.Parallel()
	lines := strings.Split("text\n```sh\n$ no\n```\n```console\n$ one\nout\n$ two &\n```\nafter", "\n")
	got := commands(lines)
	want := []command{{line: "one", output: []string{"out"}, at: 5, from: 6}, {line: "two", background: true, at: 7, from: 8}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(command{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"id   019e1b2c-0000-7000-8000-00000000abcd  12.5ms":                               "id <id> <duration>",
		"webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=":              "webhook-signature: <signature>",
		"at 2026-11-21T12:00:00.5Z, 1700000000, msg_AAAAAAAAAAAAAAAAAAAAAA, 200 OK":       "at <time>, <seconds>, <message>, 200 OK",
		"  Date: Sat, 21 Nov 2026 14:00:01 GMT":                                           "Date: <date> <clock> GMT",
		"attempt 1 of 4, 500 Internal Server Error, 3187 bytes, port 127.0.0.1:8080/path": "attempt 1 of 4, 500 Internal Server Error, 3187 bytes, port 127.0.0.1:8080/path",
	} {
		if got := plain(line); got != want {
			t.Errorf("plain(%q) = %q, want %q", line, got, want)
		}
	}
}

func TestLaterCommandsUseTheNamesOfThisRun(t *testing.T) {
	t.Parallel()
	theirs, ours := "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-00000000000a"
	known := map[string]string{}
	learn(known, []string{"created " + theirs}, []string{"created " + ours})
	if got, want := inThisRun("show "+theirs, known), "show "+ours; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	learn(known, []string{ours}, []string{"nothing"})
	if len(known) != 1 {
		t.Errorf("known %v", known)
	}
}
