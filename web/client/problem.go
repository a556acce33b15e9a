package client

import (
	"fmt"
	"strings"
)

// ProblemType is the media type of a Problem.
const ProblemType = "application/problem+json"

// Problem is why a call was refused, in the form of RFC 9457.
type Problem struct { //nolint:errname // RFC 9457 calls it a problem, and so does everybody who reads one
	Type   string       `json:"type,omitempty" doc:"URI of the kind of problem; absent means about:blank"`
	Title  string       `json:"title" doc:"the words of the status code"`
	Status int          `json:"status" doc:"the HTTP status code"`
	Detail string       `json:"detail" doc:"what happened, one sentence"`
	Errors []FieldError `json:"errors,omitempty" doc:"each thing wrong with the input"`
}

// FieldError is one thing wrong with the input. It never repeats the value.
type FieldError struct {
	Location string `json:"location" doc:"where, for example body.url, query.limit or header.Idempotency-Key"`
	Message  string `json:"message" doc:"what is wrong and what is allowed"`
}

// Error gives the detail and every field error.
func (p *Problem) Error() string {
	text := p.Detail
	if text == "" {
		text = p.Title
	}
	if len(p.Errors) == 0 {
		return text
	}
	parts := make([]string, len(p.Errors))
	for i, e := range p.Errors {
		parts[i] = fmt.Sprintf("%s: %s", e.Location, e.Message)
	}
	return text + " (" + strings.Join(parts, "; ") + ")"
}
