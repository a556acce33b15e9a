package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/annohook/annohook/web/client"
)

// printDelivery shows a delivery and its attempts for people.
func printDelivery(w io.Writer, d client.Delivery) error {
	rows := [][]string{
		{"delivery", d.ID},
		{"status", d.Status},
		{"event", d.Platform + " " + d.Profile + "  " + strings.Join(append([]string{d.EventType}, d.OtherTypes...), ", ")},
		{"target", d.Method + " " + d.URL},
		{"subscription", d.SubscriptionID},
		{"events", strings.Join(d.EventIDs, ", ")},
		{"payload", d.Fidelity},
		{"created", d.CreatedAt.Format(time.RFC3339Nano)},
	}
	optional := [][]string{{"reason", d.Reason}, {"waits for", fromNull(d.WaitsFor)}, {"replay of", fromNull(d.ReplayOf)}}
	if d.NextAttemptAt != nil {
		optional = append(optional, []string{"next attempt", d.NextAttemptAt.Format(time.RFC3339Nano)})
	}
	for _, row := range optional {
		if row[1] != "" {
			rows = append(rows, row)
		}
	}
	if err := table(w, nil, rows); err != nil {
		return err
	}
	for _, a := range d.Attempts {
		if err := printAttemptDetail(w, a); err != nil {
			return err
		}
	}
	return nil
}

func printAttemptDetail(w io.Writer, a client.Attempt) error {
	var b strings.Builder
	outcome := "running"
	if a.Outcome != nil {
		outcome = *a.Outcome
	}
	fmt.Fprintf(&b, "\nattempt %d  %s  %s", a.Number, a.StartedAt.Format(time.RFC3339Nano), outcome)
	if a.DurationMS != nil {
		b.WriteString("  " + milliseconds(*a.DurationMS))
	}
	if a.Duplicate {
		b.WriteString("  (may repeat an interrupted one)")
	}
	b.WriteString("\n")
	if a.Why != "" {
		b.WriteString("  because " + a.Why + "\n")
	}
	if a.Error != nil {
		b.WriteString("  " + a.Error.Kind + ": " + a.Error.Message + "\n")
	}
	if a.Request != nil {
		writeMessage(&b, "> "+a.Request.Method+" "+a.Request.URL, "> ", a.Request.Headers, a.Request.Body)
	}
	if a.Response != nil {
		writeMessage(&b, fmt.Sprintf("< %d", a.Response.Status), "< ", a.Response.Headers, a.Response.Body)
	}
	_, err := io.WriteString(w, visible(b.String()))
	return err
}

// writeMessage shows one side of an exchange in the manner of curl -v.
func writeMessage(b *strings.Builder, first, prefix string, headers [][2]string, body client.Body) {
	b.WriteString("  " + first + "\n")
	for _, h := range headers {
		b.WriteString("  " + prefix + h[0] + ": " + h[1] + "\n")
	}
	if body.Size > 0 {
		b.WriteString("  " + prefix + "\n  " + bodyText(body))
		if body.Truncated {
			b.WriteString(" … (cut)")
		}
		b.WriteString("\n")
	}
}
