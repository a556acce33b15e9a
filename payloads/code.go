package payloads

import "strings"

// CodeSample is a piece of a program that people paste into their own.
type CodeSample struct {
	Language string // as people write it: "Python"
	Text     string // with a line feed at its end
}

// basePlace stands in the samples of a native API for its address.
const basePlace = "{base}"

// At is the sample with the address of a native API put in its place.
func (c CodeSample) At(base string) string { return strings.ReplaceAll(c.Text, basePlace, base) }
