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
	again := flag.String("again", "", "append what failed tests and packages said to this file")
	flag.Parse()
	d := packages
	if *showNames {
		d = names
	}
	if *showAll {
		d = all
	}
	t := newTally(os.Stdout, d)
	c, err := t.read(os.Stdin)
	if err == nil && *out != "" {
		err = appendTo(*out, fmt.Sprintln(c.passed, c.failed, c.skipped, c.benchmarks))
	}
	if err == nil && *again != "" && t.again.Len() > 0 {
		err = appendTo(*again, t.again.String())
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

func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		_ = f.Close() // the write error is the one to tell
		return err
	}
	return f.Close()
}
