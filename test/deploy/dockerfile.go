package deploy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Instruction is one instruction of a Dockerfile.
type Instruction struct {
	Stage int      // number of FROM instructions up to here, 1 in the first stage
	Name  string   // upper case, as FROM
	Flags []string // leading --flags, without what follows
	Args  []string // JSON form: its items; else the words
}

// keywords are the instructions ParseDockerfile accepts.
var keywords = []string{
	"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "RUN", "SHELL", "STOPSIGNAL", "USER",
	"VOLUME", "WORKDIR",
}

// ParseDockerfile splits a Dockerfile into instructions: comments are dropped, a backslash continues a line. Here-documents are not
// known. An unknown instruction, one without arguments and a first instruction other than FROM or ARG are errors that name the line.
func ParseDockerfile(text string) ([]Instruction, error) {
	var found []Instruction
	stage, number, start := 0, 0, 0
	logical := ""
	for line := range strings.SplitSeq(text, "\n") {
		number++
		if trimmed := strings.TrimSpace(line); trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		if logical == "" {
			start = number
		}
		part, continued := strings.CutSuffix(strings.TrimRight(line, " \t\r"), `\`)
		logical += part
		if continued {
			logical += " "
			continue
		}
		instruction, err := parseInstruction(logical)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", start, err)
		}
		if instruction.Name == "FROM" {
			stage++
		}
		if stage == 0 && instruction.Name != "ARG" {
			return nil, fmt.Errorf("line %d: %s before FROM", start, instruction.Name)
		}
		instruction.Stage = stage
		found = append(found, instruction)
		logical = ""
	}
	if logical != "" {
		return nil, fmt.Errorf("line %d: the instruction does not end", start)
	}
	return found, nil
}

func parseInstruction(line string) (Instruction, error) {
	words := strings.Fields(line)
	if len(words) < 2 {
		return Instruction{}, fmt.Errorf("instruction %q has no arguments", strings.TrimSpace(line))
	}
	i := Instruction{Name: strings.ToUpper(words[0])}
	if !slices.Contains(keywords, i.Name) {
		return Instruction{}, fmt.Errorf("unknown instruction %q", words[0])
	}
	words = words[1:]
	for len(words) > 0 && strings.HasPrefix(words[0], "--") {
		i.Flags = append(i.Flags, words[0])
		words = words[1:]
	}
	args, err := arguments(words)
	if err != nil {
		return Instruction{}, fmt.Errorf("%s: %w", i.Name, err)
	}
	if i.Name == "HEALTHCHECK" && len(words) > 0 && words[0] == "CMD" {
		if args, err = arguments(words[1:]); err != nil {
			return Instruction{}, fmt.Errorf("HEALTHCHECK: %w", err)
		}
	}
	i.Args = args
	return i, nil
}

// arguments reads the JSON form where the words begin with "[".
func arguments(words []string) ([]string, error) {
	if len(words) == 0 || !strings.HasPrefix(words[0], "[") {
		return words, nil
	}
	var list []string
	if err := json.Unmarshal([]byte(strings.Join(words, " ")), &list); err != nil {
		return nil, fmt.Errorf("read the JSON form: %w", err)
	}
	return list, nil
}
