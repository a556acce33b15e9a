package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCountsAndOutput(t *testing.T) {
	t.Parallel()
	const passing = `{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: quiet\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"--- PASS: TestA (0.00s)\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"PASS\n"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}
{"Action":"pass","Package":"p"}
`
	const failing = `{"Action":"output","Package":"q","Test":"TestB/sub","Output":"    b_test.go:1: boom\n"}
{"Action":"output","Package":"q","Test":"TestB/sub","Output":"    --- FAIL: TestB/sub (0.00s)\n"}
{"Action":"fail","Package":"q","Test":"TestB/sub"}
{"Action":"fail","Package":"q","Test":"TestB"}
{"Action":"output","Package":"q","Output":"FAIL\tq\t0.1s\n"}
{"Action":"fail","Package":"q"}
`
	tests := []struct {
		name   string
		in     string
		detail detail
		want   counts
		out    string
	}{
		{"passing package prints one line", passing, packages, counts{passed: 1}, "ok  \tp\t0.1s\n"},
		{"names add the result lines", passing, names, counts{passed: 1}, "--- PASS: TestA (0.00s)\nok  \tp\t0.1s\n"},
		{"all adds the logs", passing, all, counts{passed: 1}, "    a_test.go:1: quiet\n--- PASS: TestA (0.00s)\nok  \tp\t0.1s\n"},
		{
			"a failed test prints its log, its package is not counted again", failing, packages,
			counts{failed: 2},
			"    b_test.go:1: boom\n    --- FAIL: TestB/sub (0.00s)\nFAIL\tq\t0.1s\n",
		},
		{
			"names print a failure's result line once", failing, names,
			counts{failed: 2},
			"    --- FAIL: TestB/sub (0.00s)\n    b_test.go:1: boom\nFAIL\tq\t0.1s\n",
		},
		{
			"a package that does not build is one failure",
			`{"ImportPath":"r","Action":"build-output","Output":"r.go:1:1: undefined: x\n"}` + "\n" +
				`{"Action":"fail","Package":"r","FailedBuild":"r"}` + "\n",
			packages,
			counts{failed: 1},
			"r.go:1:1: undefined: x\n",
		},
		{
			"the order of a failed package is told, of a passing one not",
			`{"Action":"output","Package":"p","Output":"-test.shuffle 1\n"}` + "\n" + `{"Action":"pass","Package":"p"}` + "\n" +
				`{"Action":"output","Package":"q","Output":"-test.shuffle 2\n"}` + "\n" + `{"Action":"fail","Package":"q"}` + "\n",
			packages,
			counts{failed: 1},
			"q ran with -test.shuffle 2\n",
		},
		{
			"a crash shows what unfinished tests said",
			`{"Action":"output","Package":"s","Test":"TestC","Output":"last words\n"}` + "\n" + `{"Action":"fail","Package":"s"}` + "\n",
			packages,
			counts{failed: 1},
			"last words\n",
		},
		{
			"a skip prints its reason",
			`{"Action":"output","Package":"p","Test":"TestD","Output":"    d_test.go:1: no browser\n"}` + "\n" +
				`{"Action":"skip","Package":"p","Test":"TestD"}` + "\n" + `{"Action":"pass","Package":"p"}` + "\n",
			packages,
			counts{skipped: 1},
			"    d_test.go:1: no browser\n",
		},
		{
			"benchmarks are counted by their figures",
			`{"Action":"output","Package":"p","Test":"BenchmarkA","Output":"BenchmarkA\n"}` + "\n" +
				`{"Action":"output","Package":"p","Test":"BenchmarkA","Output":"BenchmarkA-2 \t 100\t 5.0 ns/op\n"}` + "\n",
			all,
			counts{benchmarks: 1},
			"BenchmarkA\nBenchmarkA-2 \t 100\t 5.0 ns/op\n",
		},
		{"lines that are no events pass through", "go: no such tool\n{\"a\":1}\n", packages, counts{}, "go: no such tool\n{\"a\":1}\n"},
		{"an unfinished last line is read", strings.TrimSuffix(passing, "\n"), packages, counts{passed: 1}, "ok  \tp\t0.1s\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			got, err := newTally(&out, tt.detail).read(strings.NewReader(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("counts %+v, want %+v", got, tt.want)
			}
			if out.String() != tt.out {
				t.Errorf("printed %q, want %q", out.String(), tt.out)
			}
		})
	}
}

// TestFailuresAreToldAgain holds what a reader of a log's end needs: the test's name, its words, its package's, and nothing of what passed.
func TestFailuresAreToldAgain(t *testing.T) {
	t.Parallel()
	const stream = `{"Action":"output","Package":"p","Test":"TestA","Output":"quiet\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}
{"Action":"pass","Package":"p"}
{"Action":"output","Package":"q","Output":"-test.shuffle 2\n"}
{"Action":"output","Package":"q","Test":"TestB","Output":"boom\n"}
{"Action":"output","Package":"q","Test":"TestB","Output":"--- FAIL: TestB (0.00s)\n"}
{"Action":"fail","Package":"q","Test":"TestB"}
{"Action":"output","Package":"q","Test":"TestC","Output":"last words\n"}
{"Action":"output","Package":"q","Output":"panic: no\n"}
{"Action":"fail","Package":"q"}
{"ImportPath":"r","Action":"build-output","Output":"r.go:1:1: undefined: x\n"}
{"Action":"fail","Package":"r","FailedBuild":"r"}
`
	const want = "q TestB\nboom\n--- FAIL: TestB (0.00s)\nq ran with -test.shuffle 2\npanic: no\nlast words\nr.go:1:1: undefined: x\n"
	for _, d := range []detail{packages, names, all} {
		tally := newTally(&strings.Builder{}, d)
		if _, err := tally.read(strings.NewReader(stream)); err != nil {
			t.Fatal(err)
		}
		if got := tally.again.String(); got != want {
			t.Errorf("detail %d: told again %q, want %q", d, got, want)
		}
	}
}

func TestTextIsAppended(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "counts")
	for _, text := range []string{"1 2 3 4\n", "5 6 7 8\n"} {
		if err := appendTo(file, text); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := "1 2 3 4\n5 6 7 8\n"; string(got) != want {
		t.Errorf("file holds %q, want %q", got, want)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"Action":"pass","Package":"p","Test":"T"}` + "\n")
	f.Add("{}\nplain\n")
	f.Fuzz(func(t *testing.T, in string) {
		c, err := newTally(&strings.Builder{}, packages).read(strings.NewReader(in))
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(in, "\n") + 1; c.passed+c.failed+c.skipped > lines {
			t.Errorf("%+v tests out of %d lines", c, lines)
		}
	})
}
