package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/web/client"
)

// expectation is one --expect: what is looked at, how it is compared, and with what.
type expectation struct {
	text  string
	holds func([]client.Delivery) (ok bool, got string)
}

// operators are tried in this order, so that <= is not read as <.
func operators() []string { return []string{"!=", "<=", ">=", "=", "<", ">"} }

// subjects are what expectations can look at.
func subjects() []string {
	return []string{"status", "latency", "attempts", "deliveries", "outcome", "error", "signed"}
}

// parseExpectations reads --expect flags, each of which may hold several separated by commas.
func parseExpectations(list []string) ([]expectation, error) {
	var out []expectation
	for _, text := range list {
		for one := range strings.SplitSeq(text, ",") {
			e, err := parseExpectation(strings.TrimSpace(one))
			if err != nil {
				return nil, &usageError{fmt.Sprintf("--expect %q: %v", one, err)}
			}
			out = append(out, e)
		}
	}
	return out, nil
}

func parseExpectation(text string) (expectation, error) {
	subject, operator, want := text, "", ""
	for _, op := range operators() {
		if before, after, ok := strings.Cut(text, op); ok {
			subject, operator, want = strings.TrimSpace(before), op, strings.TrimSpace(after)
			break
		}
	}
	e := expectation{text: text}
	var err error
	switch subject {
	case "status":
		e.holds, err = expectStatus(operator, want)
	case "latency":
		e.holds, err = expectLatency(operator, want)
	case "attempts":
		e.holds, err = expectNumber(operator, want, "attempt", func(d client.Delivery) int { return len(d.Attempts) })
	case "deliveries":
		e.holds, err = expectDeliveries(operator, want)
	case "outcome":
		e.holds, err = expectWord(operator, want, []string{"succeeded", "failed", "cancelled"}, func(d client.Delivery) string { return d.Status })
	case "error":
		e.holds, err = expectWord(operator, want, errorKinds(), lastError)
	case "signed":
		if operator != "" {
			return e, errors.New("signed stands alone")
		}
		e.holds = every(func(d client.Delivery) (bool, string) { return allSigned(d), "no signature" })
	default:
		return e, fmt.Errorf("what can be expected is: %s, for example status=2xx, latency<1s, attempts=1", strings.Join(subjects(), ", "))
	}
	return e, err
}

// every makes an expectation about deliveries of one about each; no delivery meets none.
func every(one func(client.Delivery) (bool, string)) func([]client.Delivery) (bool, string) {
	return func(all []client.Delivery) (bool, string) {
		for _, d := range all {
			if ok, got := one(d); !ok {
				return false, got + " (delivery " + d.ID + ")"
			}
		}
		return len(all) > 0, "no delivery"
	}
}

func expectStatus(operator, want string) (func([]client.Delivery) (bool, string), error) {
	low, high, err := statusRange(want)
	if err != nil {
		return nil, err
	}
	if low != high && operator != "=" && operator != "!=" {
		return nil, errors.New("a class of statuses can be compared with = and != only")
	}
	return every(func(d client.Delivery) (bool, string) {
		got := lastStatus(d)
		if got == 0 {
			return false, "no reply: " + lastError(d)
		}
		text := fmt.Sprintf("status %d", got)
		if low != high {
			return (got >= low && got <= high) == (operator == "="), text
		}
		return compare(operator, got, low), text
	}), compares(operator)
}

// statusRange reads 200 or 2xx.
func statusRange(text string) (low, high int, err error) {
	if class, ok := strings.CutSuffix(text, "xx"); ok && len(class) == 1 && class >= "1" && class <= "5" {
		low = int(class[0]-'0') * 100
		return low, low + 99, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 100 || n > 599 {
		return 0, 0, fmt.Errorf("%q is not a status such as 200 or 2xx", text)
	}
	return n, n, nil
}

func expectLatency(operator, want string) (func([]client.Delivery) (bool, string), error) {
	most, err := time.ParseDuration(want)
	if err != nil {
		return nil, fmt.Errorf("%q is not a duration such as 1s or 250ms", want)
	}
	return every(func(d client.Delivery) (bool, string) {
		if len(d.Attempts) == 0 || d.Attempts[len(d.Attempts)-1].DurationMS == nil {
			return false, "no attempt"
		}
		got := time.Duration(*d.Attempts[len(d.Attempts)-1].DurationMS * float64(time.Millisecond))
		return compare(operator, got, most), "latency " + got.Round(time.Microsecond).String()
	}), compares(operator)
}

func expectNumber(operator, want, noun string, of func(client.Delivery) int) (func([]client.Delivery) (bool, string), error) {
	n, err := strconv.Atoi(want)
	if err != nil || n < 0 {
		return nil, fmt.Errorf("%q is not a whole number", want)
	}
	return every(func(d client.Delivery) (bool, string) {
		return compare(operator, of(d), n), plural(of(d), noun)
	}), compares(operator)
}

func expectDeliveries(operator, want string) (func([]client.Delivery) (bool, string), error) {
	n, err := strconv.Atoi(want)
	if err != nil || n < 0 {
		return nil, fmt.Errorf("%q is not a whole number", want)
	}
	return func(all []client.Delivery) (bool, string) {
		return compare(operator, len(all), n), plural(len(all), "delivery")
	}, compares(operator)
}

func expectWord(operator, want string, known []string, of func(client.Delivery) string) (func([]client.Delivery) (bool, string), error) {
	if operator != "=" && operator != "!=" {
		return nil, errors.New("words are compared with = or !=")
	}
	if !slices.Contains(known, want) {
		return nil, fmt.Errorf("%q is not one of: %s", want, strings.Join(known, ", "))
	}
	return every(func(d client.Delivery) (bool, string) { return (of(d) == want) == (operator == "="), of(d) }), nil
}

func compares(operator string) error {
	if operator == "" {
		return fmt.Errorf("a comparison is needed: %s", strings.Join(operators(), " "))
	}
	return nil
}

func compare[T int | time.Duration](operator string, got, want T) bool {
	switch operator {
	case "=":
		return got == want
	case "!=":
		return got != want
	case "<":
		return got < want
	case "<=":
		return got <= want
	case ">":
		return got > want
	default:
		return got >= want
	}
}

func lastStatus(d client.Delivery) int {
	if n := len(d.Attempts); n > 0 && d.Attempts[n-1].Response != nil {
		return d.Attempts[n-1].Response.Status
	}
	return 0
}

// errorKinds are the words that lastError has.
func errorKinds() []string {
	kinds := []string{"none"}
	for _, f := range payloads.Failures() {
		kinds = append(kinds, string(f))
	}
	return kinds
}

// lastError is the kind of error the last attempt ended with, or "none".
func lastError(d client.Delivery) string {
	if n := len(d.Attempts); n > 0 && d.Attempts[n-1].Error != nil {
		return d.Attempts[n-1].Error.Kind
	}
	return "none"
}

func allSigned(d client.Delivery) bool {
	return len(d.Attempts) > 0 && !slices.ContainsFunc(d.Attempts, func(a client.Attempt) bool { return a.Signature == nil })
}

// judge checks the expectations; each that does not hold is told on standard error.
func (p *process) judge(expectations []expectation, all []client.Delivery) error {
	failed := 0
	for _, e := range expectations {
		if ok, got := e.holds(all); !ok {
			failed++
			p.notef("expected %s, got %s\n", e.text, visibleLine(got))
		}
	}
	if failed > 0 {
		return fmt.Errorf("%w: %d of %d", errUnmet, failed, len(expectations))
	}
	return nil
}

// judgeSuccess is what holds without any --expect: every delivery succeeded.
func (p *process) judgeSuccess(all []client.Delivery) error {
	for _, d := range all {
		if d.Status == "succeeded" {
			continue
		}
		switch why := lastError(d); why {
		case "dns", "refused", "unreachable":
			return fmt.Errorf("%w: %s", errUnreachable, why)
		default:
			return fmt.Errorf("%w: delivery %s is %s", errUnmet, d.ID, d.Status)
		}
	}
	if len(all) == 0 {
		return errNothing
	}
	return nil
}
