package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// maxInput bounds what is read from a file or standard input: as much as the API takes.
const maxInput = 16 << 20

// input reads a value that is given as @file, as - for standard input, or as itself.
func (p *process) input(flag, value string) ([]byte, error) {
	switch path, isFile := strings.CutPrefix(value, "@"); {
	case value == "-" || value == "@-":
		return bounded(flag, p.in)
	case isFile:
		f, err := os.Open(path) //nolint:gosec // the user names the file
		if err != nil {
			return nil, fmt.Errorf("%s: %w", flag, err)
		}
		defer func() { _ = f.Close() }()
		return bounded(flag, f)
	default:
		return []byte(value), nil
	}
}

func bounded(flag string, r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err != nil {
		return nil, &localError{fmt.Errorf("%s: %w", flag, err)}
	}
	if len(data) > maxInput {
		return nil, &usageError{fmt.Sprintf("%s: more than %d bytes", flag, maxInput)}
	}
	return data, nil
}

// secretFlag is a secret that is given on the command line or, out of sight of other users of the machine, in a file.
type secretFlag struct{ value, file string }

func (s *secretFlag) add(flags interface {
	StringVar(p *string, name, value, usage string)
}, help string,
) {
	flags.StringVar(&s.value, "secret", "", help)
	flags.StringVar(&s.file, "secret-file", "", "file that holds the secret; - is standard input")
}

// read returns the secret; a line break at its end is not part of it.
func (s *secretFlag) read(p *process) (string, error) {
	if s.file == "" {
		return s.value, nil
	}
	if s.value != "" {
		return "", &usageError{"--secret and --secret-file are two ways to say the same; give one"}
	}
	path := "@" + s.file
	data, err := p.input("--secret-file", path)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}
