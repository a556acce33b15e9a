package dashboard

import (
	"strconv"
	"time"
)

// axisView is the timeline as a drawing. Places are percentages of its width, so that it fits any.
type axisView struct {
	Points   []axisPoint
	Text     string // the drawing in words
	Now      string // where now is; empty: not on it
	From, To int64  // what the line spans, in milliseconds since 1970
}

// axisPoint is one attempt on the line.
type axisPoint struct {
	attemptRow
	X, Width string // of its beginning, and how long it took
	Label    string // its offset; empty where there is no room
	Glyph    string
}

// Measures of the drawing, in percent of its width.
const (
	axisLeft, axisRight = 2.0, 98.0
	axisApart           = 3.0 // between points, however close they are in time
	axisLabels          = 7.0 // between labels
	axisMost            = 30  // points; a line of more is a smear
)

// newAxis draws rows that have a time; nil where that is fewer than two, or more than can be told apart.
func newAxis(rows []attemptRow, origin, now time.Time, settled bool) *axisView {
	end := origin
	var shown []attemptRow
	for _, row := range rows {
		if row.At.IsZero() || row.Kind == rowFlush {
			continue
		}
		shown = append(shown, row)
		if last := row.At.Add(row.Took); last.After(end) {
			end = last
		}
	}
	if len(shown) < 2 || len(shown) > axisMost || !end.After(origin) {
		return nil
	}
	place := func(at time.Time) float64 {
		return axisLeft + (axisRight-axisLeft)*float64(at.Sub(origin))/float64(end.Sub(origin))
	}
	v := &axisView{From: origin.UnixMilli(), To: end.UnixMilli(), Text: "Attempts over time:"}
	x, labelled := axisLeft-axisApart, -axisLabels
	for _, row := range shown {
		x = max(place(row.At), x+axisApart)
		p := axisPoint{attemptRow: row, X: percent(x), Width: percent(place(row.At.Add(row.Took)) - place(row.At)), Glyph: glyph(row)}
		if x-labelled >= axisLabels {
			p.Label, labelled = row.Offset, x
		}
		v.Points = append(v.Points, p)
		v.Text += " " + strconv.Itoa(row.Number) + " at " + row.Offset + ","
	}
	v.Text = v.Text[:len(v.Text)-1]
	if !settled && !now.Before(origin) && !now.After(end) {
		v.Now = percent(place(now))
	}
	return v
}

func percent(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) + "%" }

// glyph is the shape of a point: colour alone tells nothing to some readers.
func glyph(row attemptRow) string {
	switch {
	case row.Kind == rowPlanned:
		return ""
	case row.Kind == rowRunning:
		return "…"
	case row.Tone == "good":
		return "✓"
	case row.Tone == "bad":
		return "✕"
	default:
		return "–"
	}
}
