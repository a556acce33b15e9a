package sender

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"slices"

	"github.com/annohook/annohook/payloads"
)

// Do makes exactly one attempt, plus the redirects that the policy follows, and reports it; whatever happens is in the report. An attempt
// ends early when ctx does: with cause ErrShutdown it was interrupted, with any other cause but a deadline it was cancelled.
func (s *Sender) Do(ctx context.Context, r Request) Report {
	start := s.now()
	e := newExchange(ctx, r.Policy)
	defer e.finish()
	t := &trip{sender: s, exchange: e, request: r}
	reply := t.run()
	secrets := secretsOf(r)
	reply.Message = cleanMessage(reply.Message, secrets)
	hideEchoes(&reply, secrets)
	return Report{
		StartedAt: start,
		Duration:  s.now().Sub(start),
		Request:   r.Record(),
		Reply:     reply,
		Hops:      t.hops,
		Signature: r.Signature,
		Wrote:     e.wrote.Load(),
	}
}

// trip is one attempt under way.
type trip struct {
	sender   *Sender
	exchange *exchange
	request  Request
	hops     []Hop
	jar      *cookiejar.Jar // nil before the first redirect
}

// step is one request of a trip: the first, or one a redirect led to.
type step struct {
	method string
	target target
	header payloads.Header
	body   []byte
}

func (t *trip) run() payloads.Reply {
	target, err := readTarget(t.request.Target, t.request.URL)
	if err == nil {
		err = t.sender.guard.checkTarget(target)
	}
	if err != nil {
		return payloads.Reply{Failure: payloads.FailureBlocked, Message: err.Error()}
	}
	current := step{method: t.request.Method, target: target, header: t.request.Header, body: t.request.Body}
	for {
		resp, err := t.send(current)
		if err != nil {
			failure, message := t.exchange.classify(err)
			return payloads.Reply{Failure: failure, Message: t.prefix() + message}
		}
		next, refused, follow := t.redirect(current, resp)
		if refused != nil {
			_ = resp.Body.Close() // what it still holds is of no use
			reply := headOf(resp)
			reply.Failure, reply.Message = refused.failure, refused.message
			return reply
		}
		if !follow {
			return t.receive(resp)
		}
		if err := t.leave(resp); err != nil {
			reply := headOf(resp)
			reply.Failure, reply.Message = t.exchange.classify(err)
			return reply
		}
		t.hops = append(t.hops, Hop{Status: resp.StatusCode, URL: next.target.String(), Method: next.method})
		current = next
	}
}

// prefix tells failures behind a redirect from those of the first target.
func (t *trip) prefix() string {
	if len(t.hops) == 0 {
		return ""
	}
	return "after a redirect to " + t.hops[len(t.hops)-1].URL + ": "
}

// send makes one request. A kept connection that turns out to be closed before a byte went out is no attempt, so another is used; once
// a byte went out nothing is repeated, because the listener may have seen it.
func (t *trip) send(s step) (*http.Response, error) {
	for {
		t.exchange.fresh.Store(false)
		t.exchange.reused.Store(false)
		t.exchange.broke.Store(false)
		t.exchange.enter(phaseConnect)
		t.exchange.progress()
		resp, err := t.sender.transport.RoundTrip(t.build(s))
		stale := err != nil && t.exchange.reused.Load() && !t.exchange.fresh.Load()
		if !stale || t.exchange.ctx.Err() != nil {
			if err != nil && t.exchange.broke.Load() {
				// A header that is cut is a malformed one to net/http; what happened is that the listener went away.
				err = fmt.Errorf("%w: %w", errCutHeader, err)
			}
			return plausible(resp, err)
		}
	}
}

// plausible refuses a status that is none; net/http lets 000 to 099 pass.
func plausible(resp *http.Response, err error) (*http.Response, error) {
	if err == nil && resp.StatusCode < 100 {
		_ = resp.Body.Close() // nothing in it could be trusted
		return nil, fmt.Errorf("malformed HTTP status code %03d", resp.StatusCode)
	}
	return resp, err
}

// build makes the request for net/http. It has a body reader but no GetBody, also where there is no body: that keeps net/http from
// repeating requests on its own account, which it does for those it thinks harmless.
func (t *trip) build(s step) *http.Request {
	host := s.header.Get("Host")
	if host == "" {
		host = s.target.host
	}
	req := &http.Request{
		Method:     s.method,
		URL:        s.target.wire(),
		Host:       host,
		Header:     headerMap(s.header),
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
	}
	if len(s.body) > 0 || !expectsBody(s.method) {
		req.ContentLength = int64(len(s.body))
		req.Body = io.NopCloser(bytes.NewReader(s.body))
	}
	return req.WithContext(t.exchange.ctx)
}

// leave reads the body of a redirect, as Python requests does before it goes on, within a bound.
func (t *trip) leave(resp *http.Response) error {
	_, err := io.Copy(io.Discard, io.LimitReader(resp.Body, maxHopBytes))
	_ = resp.Body.Close()
	if t.exchange.ctx.Err() != nil {
		return err
	}
	return nil // a broken body of a redirect stops nobody
}

// headOf is a reply without its body. Names are sorted, since net/http keeps no order.
func headOf(resp *http.Response) payloads.Reply {
	header := make(payloads.Header, 0, len(resp.Header))
	for _, name := range slices.Sorted(maps.Keys(resp.Header)) {
		for _, value := range resp.Header[name] {
			if name == "Location" {
				value = MaskURL(value)
			}
			header = append(header, payloads.Field{Name: name, Value: value})
		}
	}
	return payloads.Reply{Status: resp.StatusCode, Header: header}
}
