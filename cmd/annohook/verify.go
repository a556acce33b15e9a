package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/payloads"
)

// verifyFlags say what is verified.
type verifyFlags struct {
	secret                             secretFlag
	profile, method, body, at, request string
	headers                            []string
}

// verified is the answer.
type verified struct {
	Platform string `json:"platform"`
	Verified bool   `json:"verified"`
	Reason   string `json:"reason,omitempty"`
	Steps    []step `json:"steps"`
}

// step is one step of a verification.
type step struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (p *process) verifyCommand(registry *payloads.Registry) *cobra.Command {
	f := &verifyFlags{}
	cmd := &cobra.Command{
		Use:   "verify PLATFORM",
		Short: "Verify the signature of one request and explain each step",
		Long: `Verify one request as the platform's documents ask a careful listener to. The exit code is 0 when the signature is right
and 1 when it is not. Give the parts (--header, --body) or a whole request as text (--request).`,
		Example: `  annohook verify argilla --secret S --header 'webhook-id: msg_1' --header 'webhook-timestamp: 1700000000' --header 'webhook-signature: v1,...' --body @body.json
  annohook deliveries export ID --format http | annohook verify toloka --secret S --request -`,
		Args: takes(1, 1), ValidArgsFunction: onePlatform(registry),
		RunE: p.do(func(_ *cobra.Command, args []string) error { return p.verify(registry, f, args[0]) }),
	}
	flags := cmd.Flags()
	f.secret.add(flags, "secret to verify with")
	flags.StringVar(&f.profile, "profile", "", "behaviour of the platform")
	flags.StringVar(&f.method, "method", "", "method of the request (default: the platform's)")
	flags.StringArrayVar(&f.headers, "header", nil, "header of the request, `Name: value`; can be repeated")
	flags.StringVar(&f.body, "body", "", "text, @file or - for standard input")
	flags.StringVar(&f.request, "request", "", "the whole request as HTTP/1.1 text, @file or -")
	flags.StringVar(&f.at, "at", "", "time at which the request is judged, RFC 3339 (default: now)")
	exclusive(cmd, "request", "header")
	exclusive(cmd, "request", "body")
	exclusive(cmd, "request", "method")
	profilesOf(cmd, registry)
	return cmd
}

func (p *process) verify(registry *payloads.Registry, f *verifyFlags, id string) error {
	pl, err := findPlatform(registry, id, f.profile)
	if err != nil {
		return err
	}
	if pl.Verify == nil {
		return &usageError{pl.Name + " signs nothing, so there is nothing to verify"}
	}
	secret, err := f.secret.read(p)
	if err != nil {
		return err
	}
	if err := checkSecret(pl, secret); err != nil {
		return err
	}
	at, err := p.parseTime("--at", f.at)
	if err != nil {
		return err
	}
	received, err := f.received(p, pl)
	if err != nil {
		return err
	}
	steps, why := pl.Verify(received, secret, at)
	view := verified{Platform: pl.ID, Verified: why == nil, Steps: []step{}}
	for _, s := range steps {
		view.Steps = append(view.Steps, step{s.Name, s.Value})
	}
	if why != nil {
		view.Reason = why.Error()
	}
	if err := p.show(view, view.print); err != nil {
		return err
	}
	if why != nil {
		return fmt.Errorf("%w: %w", errUnmet, why)
	}
	return nil
}

// received is the request to verify, from its parts or as a whole.
func (f *verifyFlags) received(p *process, pl payloads.Platform) (payloads.Received, error) {
	if f.request != "" {
		return p.readRequest(f.request)
	}
	r := payloads.Received{Method: f.method, Header: http.Header{}}
	if r.Method == "" {
		r.Method = pl.Events[0].Method
	}
	headers, err := parseHeaders(f.headers)
	if err != nil {
		return r, err
	}
	for _, h := range headers {
		r.Header.Add(h.Name, h.Value)
	}
	r.Body, err = p.input("--body", f.body)
	return r, err
}

// readRequest reads a request as text.
func (p *process) readRequest(value string) (payloads.Received, error) {
	text, err := p.input("--request", value)
	if err != nil {
		return payloads.Received{}, err
	}
	request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(withoutTarget(text))))
	if err != nil {
		return payloads.Received{}, &usageError{fmt.Sprintf("--request: not an HTTP/1.1 request: %v", err)}
	}
	defer func() { _ = request.Body.Close() }()
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return payloads.Received{}, &usageError{fmt.Sprintf("--request: the body is cut short: %v", err)}
	}
	return payloads.Received{Method: request.Method, Header: request.Header, Body: body}, nil
}

// withoutTarget puts a slash in the place of the target of a request, which no platform signs: Go's parser refuses some that clients do send, such
// as one with a lone %.
func withoutTarget(text []byte) []byte {
	line, rest, _ := bytes.Cut(text, []byte("\n"))
	method, tail, _ := bytes.Cut(line, []byte(" "))
	version := bytes.LastIndexByte(tail, ' ')
	if version < 0 || tail[0] != '/' {
		return text
	}
	return slices.Concat(method, []byte(" /"), tail[version:], []byte("\n"), rest)
}

func (v verified) print(w io.Writer) error {
	rows := make([][]string, 0, len(v.Steps)+1)
	for _, s := range v.Steps {
		rows = append(rows, []string{s.Name, s.Value})
	}
	result := "verified"
	if !v.Verified {
		result = "refused: " + v.Reason
	}
	return table(w, nil, append(rows, []string{"result", result}))
}

// clock shows the time of day of a line.
func clock(at time.Time) string { return at.Local().Format("15:04:05.000") }
