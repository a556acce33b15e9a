package redisstore

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
)

// Form of a kept detail.
const (
	deflateAboveBytes = 1024
	usualDetailBytes  = 1024     // what is reserved for printing one
	maxDetailBytes    = 16 << 20 // inflated; far above the bounds the sender sets
	plainFlag         = 'j'
	deflatedFlag      = 'z'
)

// binary is a string of any bytes. Its JSON form is a string where it is UTF-8, and an array of one base64 string otherwise, because
// encoding/json would replace what it cannot print, and what listeners send is kept as it came.
type binary string

// MarshalJSON implements json.Marshaler.
func (b binary) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(b)) {
		return json.Marshal(string(b))
	}
	return json.Marshal([]string{base64.StdEncoding.EncodeToString([]byte(b))})
}

// UnmarshalJSON implements json.Unmarshaler.
func (b *binary) UnmarshalJSON(data []byte) error {
	if len(data) == 0 || data[0] != '[' {
		var s string
		err := json.Unmarshal(data, &s)
		*b = binary(s)
		return err
	}
	var list [][]byte
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	if len(list) != 1 {
		return errors.New("binary text must be one base64 string")
	}
	*b = binary(list[0])
	return nil
}

// field is one header field: name, value and, for secrets, a third element.
type field []binary

func encodeFields(h payloads.Header) []field {
	if h == nil {
		return nil
	}
	list := make([]field, len(h))
	for i, f := range h {
		list[i] = field{binary(f.Name), binary(f.Value)}
		if f.Secret {
			list[i] = append(list[i], "s")
		}
	}
	return list
}

func decodeFields(list []field) (payloads.Header, error) {
	if list == nil {
		return nil, nil
	}
	h := make(payloads.Header, len(list))
	for i, f := range list {
		if len(f) < 2 {
			return nil, errors.New("header field without a value")
		}
		h[i] = payloads.Field{Name: string(f[0]), Value: string(f[1]), Secret: len(f) > 2}
	}
	return h, nil
}

func encodeHeader(h payloads.Header) ([]byte, error) {
	if h == nil {
		return nil, nil
	}
	return json.Marshal(encodeFields(h))
}

func decodeHeader(text string) (payloads.Header, error) {
	if text == "" {
		return nil, nil
	}
	var list []field
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, err
	}
	return decodeFields(list)
}

// detail is everything about an ended attempt that no script reads.
type detail struct {
	Outcome   string              `json:"o,omitempty"`
	Why       binary              `json:"w,omitempty"`
	Failure   payloads.Failure    `json:"f,omitempty"`
	Message   binary              `json:"m,omitempty"`
	Request   *exchange           `json:"q,omitempty"`
	Reply     *exchange           `json:"r,omitempty"`
	Hops      []sender.Hop        `json:"h,omitempty"`
	Signature *payloads.Signature `json:"s,omitempty"`
}

// exchange is one half of an exchange.
type exchange struct {
	Method    string           `json:"m,omitempty"`
	URL       binary           `json:"u,omitempty"`
	Status    int              `json:"s,omitempty"`
	Header    []field          `json:"h,omitempty"` // as read
	NoHeader  bool             `json:"n,omitempty"` // nil, not empty
	Body      binary           `json:"b,omitempty"`
	NoBody    bool             `json:"e,omitempty"` // nil, not empty
	Truncated bool             `json:"t,omitempty"`
	Failure   payloads.Failure `json:"f,omitempty"`
	Message   binary           `json:"x,omitempty"`

	fields payloads.Header // to be printed
}

// encodeDetail returns the detail of an attempt as kept.
func (s *Store) encodeDetail(a history.Attempt) ([]byte, error) {
	d := detail{
		Outcome: a.Outcome, Why: binary(a.Why), Failure: a.Failure, Message: binary(a.Message), Hops: a.Hops, Signature: a.Signature,
	}
	if q := a.Request; q != nil {
		d.Request = &exchange{Method: q.Method, URL: binary(q.URL), fields: q.Header, NoHeader: q.Header == nil}
	}
	if r := a.Reply; r != nil {
		d.Reply = &exchange{
			Status: r.Status, fields: r.Header, NoHeader: r.Header == nil, Body: binary(r.Body), NoBody: r.Body == nil,
			Truncated: r.Truncated, Failure: r.Failure, Message: binary(r.Message),
		}
	}
	plain, err := appendDetail(append(make([]byte, 0, usualDetailBytes), plainFlag), d)
	if err != nil {
		return nil, fmt.Errorf("detail of attempt %d: %w", a.Number, err)
	}
	if len(plain) <= deflateAboveBytes {
		return plain, nil
	}
	return s.deflate(plain[1:]), nil
}

// inflate returns the JSON of what was kept, at most so many bytes.
func inflate(kept string, most int64) ([]byte, error) {
	if kept == "" {
		return nil, errors.New("empty detail")
	}
	switch kept[0] {
	case plainFlag:
		return []byte(kept[1:]), nil
	case deflatedFlag:
		r := flate.NewReader(strings.NewReader(kept[1:]))
		data, err := io.ReadAll(io.LimitReader(r, most+1))
		if int64(len(data)) > most {
			err = fmt.Errorf("more than %d bytes when inflated", most)
		}
		return data, errors.Join(err, r.Close())
	default:
		return nil, fmt.Errorf("detail of unknown form %q", kept[0])
	}
}

// decodeAttempts reads what is kept of the attempts that ended, in their order: for each its number, the length of its detail and the five words of
// decodeAttempt in one line, and the detail.
func decodeAttempts(kept string) ([]history.Attempt, error) {
	list := []history.Attempt{}
	for kept != "" {
		line, rest, found := strings.Cut(kept, "\n")
		head := strings.SplitN(line, " ", 3)
		if !found || len(head) != 3 {
			return nil, errors.New("malformed attempts")
		}
		size, err := strconv.Atoi(head[1])
		if err != nil || size < 0 || size > len(rest) {
			return nil, fmt.Errorf("attempt %s: malformed length", head[0])
		}
		a, err := decodeAttempt(head[0], head[2], rest[:size])
		if err != nil {
			return nil, err
		}
		list, kept = append(list, a), rest[size:]
	}
	return list, nil
}

// decodeRunning reads the attempt in flight from the state of its delivery.
func decodeRunning(f state) (history.Attempt, error) {
	return decodeAttempt(f[fieldAttempts], f[fieldFlight], "")
}

// decodeAttempt reads one attempt: "<scheduled> <started> <duration> <duplicate> <worker>", the last of which may have spaces, and once it ended a
// detail.
func decodeAttempt(number, line, kept string) (history.Attempt, error) {
	head := strings.SplitN(line, " ", 5)
	if len(head) != 5 {
		return history.Attempt{}, fmt.Errorf("attempt %s: malformed record", number)
	}
	p := numbers{}
	a := history.Attempt{
		Number: p.int(number), ScheduledAt: p.time(head[0]), StartedAt: p.time(head[1]), Duration: p.duration(head[2]),
		Duplicate: head[3] != "", Worker: head[4],
	}
	if p.err != nil {
		return history.Attempt{}, fmt.Errorf("attempt %s: %w", number, p.err)
	}
	if kept == "" {
		return a, nil
	}
	data, err := inflate(kept, maxDetailBytes)
	if err != nil {
		return history.Attempt{}, fmt.Errorf("attempt %s: %w", number, err)
	}
	var d detail
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&d); err != nil {
		return history.Attempt{}, fmt.Errorf("attempt %s: %w", number, err)
	}
	return a, d.into(&a)
}

// into fills a with what the detail says.
func (d detail) into(a *history.Attempt) error {
	a.Outcome, a.Why, a.Failure, a.Message = d.Outcome, string(d.Why), d.Failure, string(d.Message)
	a.Hops, a.Signature = d.Hops, d.Signature
	if q := d.Request; q != nil {
		header, err := q.header()
		if err != nil {
			return err
		}
		a.Request = &sender.RequestRecord{Method: q.Method, URL: string(q.URL), Header: header}
	}
	if r := d.Reply; r != nil {
		header, err := r.header()
		if err != nil {
			return err
		}
		a.Reply = &payloads.Reply{
			Status: r.Status, Header: header, Truncated: r.Truncated, Failure: r.Failure, Message: string(r.Message),
		}
		if !r.NoBody {
			a.Reply.Body = []byte(r.Body)
		}
	}
	return nil
}

func (e exchange) header() (payloads.Header, error) {
	if e.NoHeader {
		return nil, nil
	}
	h, err := decodeFields(e.Header)
	if h == nil && err == nil {
		h = payloads.Header{}
	}
	return h, err
}
