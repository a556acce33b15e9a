package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// detail says how much of the passing tests is printed.
type detail int

const (
	packages detail = iota // package lines only
	names                  // and the result line of every test
	all                    // and everything tests and benchmarks printed
)

// event is one line of go test -json (cmd/test2json documents it).
type event struct {
	Action      string
	Package     string
	Test        string
	Output      string
	FailedBuild string
}

// counts is what a stream contained.
type counts struct {
	passed, failed, skipped, benchmarks int
}

// tally reads one stream.
type tally struct {
	out     io.Writer
	detail  detail
	counts  counts
	pending map[string][]string // output of tests that have not ended, by package and test
	broken  map[string]bool     // packages with a failed test
	seeds   map[string]string   // the -shuffle line of a package, printed when it fails
	said    map[string][]string // what packages said outside their tests
	again   strings.Builder     // what failed tests and packages said, to be told once more
	err     error               // first write error
}

func newTally(out io.Writer, d detail) *tally {
	return &tally{out: out, detail: d, pending: map[string][]string{}, broken: map[string]bool{}, seeds: map[string]string{}, said: map[string][]string{}}
}

// read consumes the stream. Lines that are no events (a compiler's, say) are printed as they are.
func (t *tally) read(in io.Reader) (counts, error) {
	r := bufio.NewReader(in)
	for {
		line, err := r.ReadString('\n')
		if line != "" {
			t.line(line)
		}
		if errors.Is(err, io.EOF) {
			return t.counts, t.err
		}
		if err != nil {
			return t.counts, err
		}
	}
}

func (t *tally) line(line string) {
	var e event
	if !strings.HasPrefix(line, "{") || json.Unmarshal([]byte(line), &e) != nil || e.Action == "" {
		t.print(line)
		return
	}
	switch {
	case e.Action == "build-output":
		t.again.WriteString(e.Output)
		t.print(e.Output)
	case e.Action == "output" && e.Test == "":
		t.packageOutput(e)
	case e.Action == "output":
		t.testOutput(e)
	case e.Test == "":
		t.packageEnd(e)
	default:
		t.testEnd(e)
	}
}

// packageOutput prints what a package said outside its tests: its result line, a panic, a data race, build errors.
func (t *tally) packageOutput(e event) {
	if e.Output == "PASS\n" || strings.Contains(e.Output, "[no test files]") || strings.HasPrefix(e.Output, "=== ") {
		return
	}
	if strings.HasPrefix(e.Output, "-test.shuffle ") {
		t.seeds[e.Package] = e.Output
		return
	}
	if isBenchmark(e.Output) {
		t.counts.benchmarks++
	}
	t.said[e.Package] = append(t.said[e.Package], e.Output)
	t.print(e.Output)
}

func (t *tally) testOutput(e event) {
	if strings.HasPrefix(e.Output, "=== ") {
		return
	}
	if isBenchmark(e.Output) {
		t.counts.benchmarks++
	}
	result := strings.HasPrefix(strings.TrimLeft(e.Output, " "), "--- ")
	if t.detail == all || t.detail == names && result {
		t.print(e.Output)
	}
	key := e.Package + "\x00" + e.Test
	t.pending[key] = append(t.pending[key], e.Output)
}

func (t *tally) testEnd(e event) {
	key := e.Package + "\x00" + e.Test
	switch e.Action {
	case "pass":
		t.counts.passed++
	case "fail":
		t.counts.failed++
		t.broken[e.Package] = true
		fmt.Fprintln(&t.again, e.Package, e.Test)
		t.repeat(t.pending[key])
		t.flush(key)
	case "skip":
		t.counts.skipped++
		t.flush(key)
	default: // run, pause, cont, bench, attr: nothing has ended
		return
	}
	delete(t.pending, key)
}

// repeat keeps what belongs to a failure, to be told once more.
func (t *tally) repeat(outputs []string) {
	for _, output := range outputs {
		t.again.WriteString(output)
	}
}

// flush prints what a test that did not pass has said, as far as it was not printed when it came.
func (t *tally) flush(key string) {
	if t.detail == all {
		return
	}
	for _, output := range t.pending[key] {
		if t.detail == names && strings.HasPrefix(strings.TrimLeft(output, " "), "--- ") {
			continue // printed when it came
		}
		t.print(output)
	}
}

func (t *tally) packageEnd(e event) {
	if e.Action != "fail" {
		return
	}
	if seed := t.seeds[e.Package]; seed != "" {
		t.again.WriteString(e.Package + " ran with " + seed)
		t.print(e.Package + " ran with " + seed)
	}
	t.repeat(t.said[e.Package])
	if !t.broken[e.Package] {
		t.counts.failed++
		t.broken[e.Package] = true
	}
	for key := range t.pending { // a crash leaves tests without an end
		if strings.HasPrefix(key, e.Package+"\x00") {
			t.repeat(t.pending[key])
			t.flush(key)
			delete(t.pending, key)
		}
	}
}

// isBenchmark recognises the half line that carries a benchmark's figures; go test prints the name apart when a benchmark logs.
func isBenchmark(output string) bool {
	return strings.Contains(output, " ns/op")
}

func (t *tally) print(text string) {
	if t.err == nil {
		_, t.err = io.WriteString(t.out, text)
	}
}

// String is the form of the run's last line.
func (c counts) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", c.passed, c.failed, c.skipped)
}
