package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/web/client"
)

// dryRun prints the first attempt of every message.
func (s *oneShot) dryRun() error {
	var all []client.Request
	for i := range s.trigger.count {
		for _, eventType := range s.trigger.types {
			requests, err := s.dryRequests(i, eventType, len(all) == 0)
			if err != nil {
				return err
			}
			all = append(all, requests...)
		}
	}
	if s.process.output == formatText {
		return nil
	}
	return showList(s.process, all, nil, nil)
}

// dryRequests are the requests of one event; as text they are printed at once, with a line between them.
func (s *oneShot) dryRequests(i int, eventType string, first bool) ([]client.Request, error) {
	messages, _, at, err := s.messages(i, eventType)
	if err != nil {
		return nil, err
	}
	var requests []client.Request
	for _, m := range messages {
		request, err := s.prepare(m, "dry-run", at)
		if err != nil {
			return nil, err
		}
		record := request.Record()
		requests = append(requests, requestOf(record, m.Body))
		if s.process.output == formatText {
			if err := printRequest(s.process.out, record, m.Body, !first || len(requests) > 1); err != nil {
				return nil, err
			}
		}
	}
	return requests, nil
}

// printRequest prints method and URL, header and, byte for byte, the body.
func printRequest(w io.Writer, r sender.RequestRecord, body []byte, separate bool) error {
	var b strings.Builder
	if separate {
		b.WriteString("\n")
	}
	b.WriteString(r.Method + " " + r.URL + "\n")
	for _, field := range headersOf(r.Header) {
		b.WriteString(field[0] + ": " + field[1] + "\n")
	}
	_, err := fmt.Fprintf(w, "%s\n%s\n", b.String(), body)
	return err
}
