package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/web/client"
)

// maxShownReply is how much of a listener's reply stands below a delivery that failed, in characters.
const maxShownReply = 500

// deliveryReport prints deliveries as they come, or all together where the format is one JSON value.
type deliveryReport struct {
	process *process
	all     []client.Delivery
}

func (r *deliveryReport) add(d client.Delivery) error {
	r.all = append(r.all, d)
	switch r.process.output {
	case formatJSON:
		return nil
	case formatJSONL:
		return r.process.encode(d, false)
	default:
		return printOutcome(r.process.out, d)
	}
}

func (r *deliveryReport) finish() error {
	if r.process.output != formatJSON {
		return nil
	}
	return showList(r.process, r.all, nil, nil)
}

// printOutcome is one line about a delivery; of one that failed also what came back.
func printOutcome(w io.Writer, d client.Delivery) error {
	parts := []string{d.EventType, d.Status}
	if n := len(d.Attempts); n > 0 {
		last := d.Attempts[n-1]
		if last.Response != nil {
			parts = append(parts, strconv.Itoa(last.Response.Status))
		}
		if last.Error != nil {
			parts = append(parts, last.Error.Kind+": "+last.Error.Message)
		}
		if last.DurationMS != nil {
			parts = append(parts, milliseconds(*last.DurationMS))
		}
		parts = append(parts, plural(n, "attempt"))
	}
	if _, err := fmt.Fprintln(w, visibleLine(strings.Join(parts, "  "))); err != nil {
		return err
	}
	if d.Status == "succeeded" {
		return nil
	}
	if reply := replyText(d); reply != "" {
		_, err := fmt.Fprintf(w, "  the listener answered: %s\n", visible(reply))
		return err
	}
	return nil
}

// replyText is the beginning of the last reply's body, where it is text.
func replyText(d client.Delivery) string {
	n := len(d.Attempts)
	if n == 0 || d.Attempts[n-1].Response == nil || d.Attempts[n-1].Response.Body.Text == nil {
		return ""
	}
	return oneLine(*d.Attempts[n-1].Response.Body.Text, maxShownReply)
}

func milliseconds(ms float64) string {
	d := time.Duration(ms * float64(time.Millisecond))
	if d < time.Second {
		return fmt.Sprintf("%.1fms", ms)
	}
	return d.Round(time.Millisecond).String()
}
