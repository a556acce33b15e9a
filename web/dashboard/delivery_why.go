package dashboard

import (
	"slices"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
)

// whyView says why a delivery stands where it stands.
type whyView struct {
	Text  string          // one sentence
	Hint  string          // what to look at; empty: nothing comes to mind
	Rules []payloads.Fact // of the platform, that led here
}

// explainOutcome takes the delivery's reason, else that of the attempt at index at, and adds the platform's rules behind it.
func explainOutcome(s story, at int) whyView {
	v := whyView{Text: s.Reason}
	if at < 0 {
		v.Text = waitingText(s, v.Text)
		return v
	}
	last := s.Attempts[len(s.Attempts)-1]
	if last.Outcome == "" && len(s.Attempts) > 1 {
		last = s.Attempts[len(s.Attempts)-2]
	}
	if v.Text == "" {
		v.Text = last.Why
	}
	v.Text = waitingText(s, v.Text)
	v.Hint = hint(s, last)
	sub, _ := s.target()
	for _, topic := range ruleTopics(s, last) {
		if topic == "retry" && sub.Retry != nil || topic == "timeout" && sub.Timeout > 0 {
			v.Rules = append(v.Rules, ownRule(topic, s.policy()))
			continue
		}
		if i := slices.IndexFunc(s.Platform.Facts, func(f payloads.Fact) bool { return f.Topic == topic }); i >= 0 {
			v.Rules = append(v.Rules, s.Platform.Facts[i])
		}
	}
	return v
}

// ownRule stands in the place of a platform's fact that the subscription overrides.
func ownRule(topic string, policy payloads.Policy) payloads.Fact {
	f := payloads.Fact{Topic: topic, Text: "Attempts wait " + duration(policy.Timeout) + " for the listener.", Source: "set by the subscription, in the place of the platform's"}
	if topic == "retry" {
		f.Text = "Retries " + delays(policy.Retry) + "."
		if len(policy.Retry) == 0 {
			f.Text = "One attempt only, no retries."
		}
	}
	return f
}

// waitingText says what a delivery waits for that has no due time.
func waitingText(s story, text string) string {
	if s.Status.Settled() || s.InFlight || !s.NextAt.IsZero() {
		return text
	}
	why := "its subscription is at its limit of attempts at the same time; it goes out when one of them ends"
	if s.WaitsFor != "" {
		why = "the platform sends these one after another; another delivery must be over first"
	}
	if text == "" {
		return why
	}
	return text + "; " + why
}

// ruleTopics are the topics of the platform's facts that decide about an attempt, the most telling first.
func ruleTopics(s story, a history.Attempt) []string {
	var topics []string
	switch status := statusOf(a); {
	case a.Failure == payloads.FailureTimeout:
		topics = []string{"timeout", "deadline"}
	case a.Failure == payloads.FailureRedirect, status >= 300 && status <= 399:
		topics = []string{"redirects"}
	case a.Failure == payloads.FailureTLS:
		topics = []string{"tls"}
	case a.Failure == payloads.FailureInterrupted, a.Failure == payloads.FailureBlocked, a.Failure == payloads.FailureCancelled:
		return nil // that was annohook, no rule of the platform
	default:
		topics = []string{"success"}
	}
	if s.Status == history.Retrying || s.Status == history.Failed {
		topics = append(topics, "retry")
	}
	return topics
}

func statusOf(a history.Attempt) int {
	if a.Reply == nil {
		return 0
	}
	return a.Reply.Status
}

// hint is what a reader would look at first.
func hint(s story, a history.Attempt) string {
	if status := statusOf(a); status == 401 || status == 403 {
		switch {
		case a.Signature != nil:
			return "The listener refuses the request as unauthorised: the signature panel below shows what it should have computed, " +
				"and what common mistakes compute instead."
		case s.Verbatim != nil:
			return "The listener refuses the request as unauthorised: it carries the old time and signature of the attempt that it repeats."
		default:
			return "The listener refuses the request as unauthorised, and nothing is signed here: the header it wants is not sent."
		}
	}
	switch a.Failure {
	case payloads.FailureRefused:
		return "Nothing accepts connections there: is the listener running, on this host and port?"
	case payloads.FailureDNS:
		return "The host name has no address: is it spelled right, and does this machine know it?"
	case payloads.FailureUnreachable:
		return "There is no way to that address from this machine."
	case payloads.FailureTLS:
		return "The handshake failed: see the message of the attempt; a self-signed certificate is refused as the platform refuses it."
	case payloads.FailureReset:
		return "The connection broke before the reply was complete: the listener crashed, or something between closed it."
	case payloads.FailureTimeout:
		return "The listener was slower than the platform waits: answer first and work afterwards."
	case payloads.FailureProtocol:
		return "What came back is not the HTTP it claims to be: a plain port asked for HTTPS, a wrong length, a broken encoding?"
	case payloads.FailureRedirect:
		return "The listener sends the request elsewhere, and the platform does not go there: subscribe with the final URL."
	case payloads.FailureBlocked:
		return "This is a safety rule of annohook: see the targets that its settings allow."
	case payloads.FailureInterrupted:
		return "annohook stopped during the attempt. It counts as no failure; the next attempt repeats it and may arrive twice."
	default:
		return ""
	}
}
