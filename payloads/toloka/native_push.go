package toloka

import (
	"errors"
	"net/http"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/subscriptions"
)

// absent turns the host's word for an unknown id into Toloka's.
func absent(err error) error {
	if errors.Is(err, subscriptions.ErrNotFound) {
		return errAbsent
	}
	return err
}

// push sends a TEST_EVENT to the row's URL and answers how it went, in camelCase as this one answer of the API is. The body of the call is
// not read: the Java SDK sends the text null.
func (a *api) push(r request) (int, payloads.Value, error) {
	subs, err := a.host.Subscriptions(r.ctx)
	if err != nil {
		return 0, nil, err
	}
	owner := ""
	for _, one := range tableOf(subs) {
		if one.ID == r.id {
			owner = one.owner
		}
	}
	if owner == "" {
		return 0, nil, errAbsent
	}
	sent, err := a.host.Push(r.ctx, owner, TestEvent)
	if err != nil {
		return 0, nil, absent(err)
	}
	verdict := payloads.JudgeStatus(sent.Reply)
	result := payloads.Obj("success", verdict.Success)
	if sent.Reply.Status != 0 {
		result.Set("responseReceivedAt", wire.ISOSeconds(a.host.Now()))
	}
	if !verdict.Success {
		result.Set("errorType", pushError(sent.Reply))
	}
	if sent.Reply.Status != 0 {
		result.Set("originalStatusCode", sent.Reply.Status)
	}
	result.Set("uuids", uuidsOf(sent.Body))
	return http.StatusOK, result, nil
}

// pushError is Toloka's word for what went wrong. TOO_MANY_CONNECTIONS is a matter of their own servers and never said here.
func pushError(r payloads.Reply) string {
	switch r.Failure {
	case payloads.FailureNone, payloads.FailureStatus, payloads.FailureRedirect:
		return "WRONG_STATUS_CODE"
	case payloads.FailureTimeout:
		return "REQUEST_TIMEOUT"
	case payloads.FailureDNS, payloads.FailureRefused, payloads.FailureUnreachable, payloads.FailureTLS, payloads.FailureReset,
		payloads.FailureProtocol:
		return "CONNECTION_ERROR"
	case payloads.FailureBlocked, payloads.FailureCancelled, payloads.FailureInterrupted:
		return codeInternal
	default:
		return "UNKNOWN"
	}
}

// eventsOf are the events of a request's body; none where it is not one of ours, as a user may replace bodies.
func eventsOf(body []byte) []*payloads.Object {
	v, err := payloads.ParseValue(body)
	if err != nil {
		return nil
	}
	envelope, ok := v.(*payloads.Object)
	if !ok {
		return nil
	}
	v, _ = envelope.Get("events")
	list, _ := v.(payloads.Array)
	var events []*payloads.Object
	for _, item := range list {
		if event, ok := item.(*payloads.Object); ok {
			events = append(events, event)
		}
	}
	return events
}

// textOf is a string of an object, "" where there is none.
func textOf(o *payloads.Object, key string) string {
	v, _ := o.Get(key)
	s, _ := v.(string)
	return s
}

func uuidsOf(body []byte) payloads.Array {
	ids := payloads.Array{}
	for _, event := range eventsOf(body) {
		if id := textOf(event, "uuid"); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}
