package listener

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Answer is how one request is answered.
type Answer struct {
	Status int         // 200 to 599; 0: 200
	Header http.Header // added to the reply
	Body   []byte
	Delay  time.Duration // before anything is sent back
	Fault  Fault         // instead of a proper reply
}

// Fault is a way to break off.
type Fault string

// The faults.
const (
	FaultNone  Fault = ""
	FaultDrop  Fault = "drop"  // close the connection without a reply
	FaultReset Fault = "reset" // reset the connection without a reply
	FaultCut   Fault = "cut"   // send the header and half of the announced body, then close
	FaultHang  Fault = "hang"  // never reply; ends when the sender gives up or the server stops
)

// Bounds of a script.
const (
	maxAnswers     = 10_000
	maxScriptDelay = time.Hour
)

// ErrScript is in the chain of every error of ParseScript.
var ErrScript = errors.New("bad answer script")

// ParseScript reads answers separated by commas: a status or a fault (drop, reset, cut, hang), then optionally "@" and a delay, then
// optionally "*" and a count. "500*2,200@1s,drop" answers 500 twice, 200 after a second, breaks off once — and goes on breaking off,
// since the last answer is repeated for ever. Spaces are ignored. An empty script has no answers, which means 200 for all.
func ParseScript(script string) ([]Answer, error) {
	var out []Answer
	if strings.TrimSpace(script) == "" {
		return nil, nil
	}
	for item := range strings.SplitSeq(script, ",") {
		answer, count, err := parseAnswer(strings.TrimSpace(item))
		if err != nil {
			return nil, fmt.Errorf("%w: %q: %w", ErrScript, item, err)
		}
		if len(out)+count > maxAnswers {
			return nil, fmt.Errorf("%w: more than %d answers", ErrScript, maxAnswers)
		}
		out = append(out, slices.Repeat([]Answer{answer}, count)...)
	}
	return out, nil
}

func parseAnswer(item string) (answer Answer, count int, err error) {
	item, times, repeated := strings.Cut(item, "*")
	item, delay, delayed := strings.Cut(item, "@")
	count = 1
	if repeated {
		if count, err = strconv.Atoi(strings.TrimSpace(times)); err != nil || count < 1 || count > maxAnswers {
			return Answer{}, 0, fmt.Errorf("the count after * must be 1 to %d", maxAnswers)
		}
	}
	if delayed {
		answer.Delay, err = time.ParseDuration(strings.TrimSpace(delay))
		if err != nil || answer.Delay < 0 || answer.Delay > maxScriptDelay {
			return Answer{}, 0, fmt.Errorf("the delay after @ must be a duration such as 250ms or 2s, at most %s", maxScriptDelay)
		}
	}
	what := strings.TrimSpace(item)
	switch fault := Fault(what); fault {
	case FaultDrop, FaultReset, FaultCut, FaultHang:
		answer.Fault = fault
		return answer, count, nil
	default:
	}
	answer.Status, err = strconv.Atoi(what)
	if err != nil || len(what) != 3 || answer.Status < 200 || answer.Status > 599 {
		return Answer{}, 0, errors.New("want a status from 200 to 599, or drop, reset, cut, hang")
	}
	return answer, count, nil
}
