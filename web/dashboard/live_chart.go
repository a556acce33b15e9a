package dashboard

import (
	"fmt"
	"strconv"
	"time"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history/pulse"
)

// Measures of the charts: the minutes that are shown, and pixels. Places from left to right are percentages of the width, so that a chart fits any.
const (
	chartMinutes = 60
	chartStep    = 5     // minutes in a row of the table
	chartBase    = 104.0 // the line that bars stand on
	chartHigh    = 92.0  // of the highest bar
	chartLeast   = 1.5   // of the lowest: one failure among thousands is seen
)

// chartsView is the last hour drawn.
type chartsView struct {
	Ready    bool      // false: what was recorded before is still being read
	Since    time.Time // when what is known begins; zero: nothing is missing
	Unknown  string    // width of the part that lies before, from the left
	Attempts barChart
	Latency  barChart
	Total    string // attempts
	Share    string // of them that succeeded; empty without any
	Failed   string // number of them that failed; empty: none
	Quantile scheduler.Quantiles
	Of       string // attempts the quantiles are of
	Rows     []hourRow
	Bands    []bandRow
}

// barChart is bars on a line.
type barChart struct {
	Bars  []chartBar
	Lines []chartLine
	Right bool   // the lines are labelled at their right end
	Text  string // in words
}

// chartBar is one place on the line: what succeeded, and what failed on top of it.
type chartBar struct {
	X, Width     string
	GoodY, GoodH string // no height: none
	BadY, BadH   string // no height: none
	Title        string // empty: nothing stands there
	TickX, Tick  string // below the line; empty: none
}

// chartLine is a line of the grid.
type chartLine struct {
	Y, Label string
	LabelY   string
}

// hourRow is a line of the table of attempts.
type hourRow struct {
	At time.Time
	pulse.Count

	Bad     int // failed attempts
	Settled int // deliveries
	Whole   bool
}

// bandRow is a line of the table of latencies.
type bandRow struct {
	Range  string
	Number int
	Share  string
}

// newCharts draws what the last hour held.
func newCharts(p *pulse.Pulse, quantiles scheduler.Quantiles, now time.Time) *chartsView {
	s := p.Snapshot("", now.Add(-(chartMinutes-1)*time.Minute), time.Minute)
	sum := s.Sum()
	v := &chartsView{Ready: s.Ready, Total: grouped(sum.Attempts), Quantile: quantiles, Of: grouped(quantiles.Count)}
	if sum.Attempts > 0 {
		v.Share = share(sum.Good, sum.Attempts)
	}
	if bad := sum.Attempts - sum.Good; bad > 0 {
		v.Failed = grouped(bad)
	}
	if first := s.Buckets[0].At; s.Since.After(first) {
		v.Since = s.Since
		v.Unknown = across(100 * float64(s.Since.Sub(first)) / float64(len(s.Buckets)) / float64(time.Minute))
	}
	v.Attempts, v.Rows = attemptChart(s, sum), hourRows(s)
	v.Latency, v.Bands = latencyChart(sum.Latency)
	return v
}

// attemptChart has a bar for each minute.
func attemptChart(s pulse.Snapshot, sum pulse.Count) barChart {
	most := 0
	for _, b := range s.Buckets {
		most = max(most, b.Attempts)
	}
	c := barChart{Text: "Attempts by the minute in the last hour: none."}
	if most > 0 {
		c.Text = fmt.Sprintf("Attempts by the minute in the last hour: %d, %d of them succeeded, at most %d in a minute.", sum.Attempts, sum.Good, most)
	}
	top := ceiling(max(most, 4))
	c.Lines = gridLines(top)
	slot := 100 / float64(len(s.Buckets))
	for i, b := range s.Buckets {
		if b.Attempts == 0 {
			continue
		}
		bad := b.Attempts - b.Good
		bar := chartBar{X: across((float64(i) + 0.12) * slot), Width: across(0.76 * slot)}
		bar.stack(b.Good, bad, top)
		bar.Title = fmt.Sprintf("%s UTC: %s succeeded, %s failed", b.At.Format("15:04"), grouped(b.Good), grouped(bad))
		c.Bars = append(c.Bars, bar)
	}
	return c
}

// stack gives a bar its parts.
func (b *chartBar) stack(good, bad, top int) {
	high := func(n int) float64 {
		if n == 0 {
			return 0
		}
		return max(chartLeast, chartHigh*float64(n)/float64(top))
	}
	goodH, badH := high(good), high(bad)
	if good > 0 {
		b.GoodY, b.GoodH = pixels(chartBase-goodH), pixels(goodH)
	}
	if bad > 0 {
		b.BadY, b.BadH = pixels(chartBase-goodH-badH), pixels(badH)
	}
}

func gridLines(top int) []chartLine {
	var lines []chartLine
	for _, n := range []int{top, top / 2} {
		y := chartBase - chartHigh*float64(n)/float64(top)
		lines = append(lines, chartLine{Y: pixels(y), LabelY: pixels(y - 3), Label: compact(n)})
	}
	return lines
}

// latencyChart has a bar for each band, and lists those that are not empty.
func latencyChart(l pulse.Latency) (barChart, []bandRow) {
	most, all := 0, 0
	for _, n := range l {
		most, all = max(most, n), all+n
	}
	c := barChart{Right: true, Text: fmt.Sprintf("How long the %d attempts of the last hour took.", all)}
	c.Lines = gridLines(ceiling(max(most, 4)))
	slot := 100 / float64(pulse.Bands)
	var rows []bandRow
	for i, n := range l {
		bar := chartBar{X: across((float64(i) + 0.1) * slot), Width: across(0.8 * slot)}
		if i%3 == 0 { // 1 ms, 10 ms, 100 ms, 1 s, 10 s
			bar.TickX, bar.Tick = across(float64(i+1)*slot), bandEnd(i)
		}
		if n > 0 {
			row := bandRow{Range: bandRange(i), Number: n, Share: share(n, all)}
			rows = append(rows, row)
			bar.stack(n, 0, ceiling(max(most, 4)))
			bar.Title = row.Range + ": " + grouped(n) + " of " + grouped(all) + ", " + row.Share
		}
		if n > 0 || bar.Tick != "" {
			c.Bars = append(c.Bars, bar)
		}
	}
	return c, rows
}

// bandRange names a band.
func bandRange(i int) string {
	switch end := bandEnd(i); {
	case i == 0:
		return "up to " + end
	case end == "":
		return "above " + bandEnd(i-1)
	default:
		return bandEnd(i-1) + " to " + end
	}
}

// bandEnd is the upper end of a band; "" for the last one, which has none.
func bandEnd(i int) string {
	bounds := pulse.Bounds()
	if i < 0 || i >= len(bounds) {
		return ""
	}
	d := bounds[i]
	if d < time.Second {
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	}
	return strconv.FormatInt(int64(d/time.Second), 10) + " s"
}

// hourRows is the chart of attempts as a table, the latest first.
func hourRows(s pulse.Snapshot) []hourRow {
	var rows []hourRow
	for end := len(s.Buckets); end > 0; end -= chartStep {
		buckets := s.Buckets[max(0, end-chartStep):end]
		part := pulse.Snapshot{Buckets: buckets}
		row := hourRow{At: buckets[0].At, Count: part.Sum(), Whole: buckets[0].Whole}
		row.Bad, row.Settled = row.Attempts-row.Good, row.Succeeded+row.Failed+row.Cancelled
		rows = append(rows, row)
	}
	return rows
}

// ceiling is the next 1, 2 or 5 with zeros from n on.
func ceiling(n int) int {
	for unit := 1; ; unit *= 10 {
		for _, step := range []int{1, 2, 5} {
			if step*unit >= n {
				return step * unit
			}
		}
	}
}

// compact prints a round number short.
func compact(n int) string {
	switch {
	case n >= 1_000_000:
		return strconv.FormatFloat(float64(n)/1e6, 'g', 3, 64) + "M"
	case n >= 1000:
		return strconv.FormatFloat(float64(n)/1e3, 'g', 4, 64) + "k"
	default:
		return strconv.Itoa(n)
	}
}

// share prints a part of a whole; what is not all of it is never printed as all, nor what is something as nothing.
func share(part, whole int) string {
	switch part {
	case 0:
		return "0 %"
	case whole:
		return "100 %"
	}
	p := min(max(100*float64(part)/float64(whole), 0.1), 99.9)
	return strconv.FormatFloat(p, 'f', 1, 64) + " %"
}

// across is a share of the width.
func across(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) + "%" }

func pixels(y float64) string { return strconv.FormatFloat(y, 'f', 1, 64) }
