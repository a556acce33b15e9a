package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	os.Exit(run())
}

func run() int {
	showNames := flag.Bool("names", false, "print the result line of every test")
	showAll := flag.Bool("all", false, "print everything tests and benchmarks print")
	out := flag.String("out", "", "append \"passed failed skipped benchmarks\" to this file")
	flag.Parse()
	d := packages
	if *showNames {
		d = names
	}
	if *showAll {
		d = all
	}
	c, err := newTally(os.Stdout, d).read(os.Stdin)
	if err == nil && *out != "" {
		err = appendCounts(*out, c)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		return 2
	}
	if c.failed > 0 {
		return 1
	}
	return 0
}

func appendCounts(path string, c counts) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(f, c.passed, c.failed, c.skipped, c.benchmarks); err != nil {
		_ = f.Close() // the write error is the one to tell
		return err
	}
	return f.Close()
}
