package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// ErrUnreachable is wrapped by every error of a call that got no answer: no server there, a broken connection, an answer that is none of ours.
var ErrUnreachable = errors.New("the server cannot be reached")

// maxAnswerBytes bounds an answer. The largest is a delivery with many attempts.
const maxAnswerBytes = 256 << 20

// prefix is where the API lies below the base address.
const prefix = "/api/v1"

// Options configures a Client.
type Options struct {
	Token string       // bearer token; empty: none
	HTTP  *http.Client // without a timeout of its own, which would end streams and waits; nil: one that follows no redirects
}

// Client calls the API of one server. It is safe for concurrent use.
type Client struct {
	base  string
	token string
	http  *http.Client
}

// New returns a client of the server at base, for example http://127.0.0.1:8080. It opens nothing.
func New(base string, o Options) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("server address %q is not of the form http://host:port", base)
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	return &Client{base: strings.TrimRight(base, "/"), token: o.Token, http: o.HTTP}, nil
}

// call is one request.
type call struct {
	method, path string // path below the base address
	query        url.Values
	body         any // nil: none
	header       map[string]string
}

// head is what an answer says besides its body.
type head struct {
	status int
	header http.Header
}

// do makes a call and decodes the answer into out; nil throws it away.
func (c *Client) do(ctx context.Context, r call, out any) (head, error) {
	resp, err := c.open(ctx, r)
	if err != nil {
		return head{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	h := head{status: resp.StatusCode, header: resp.Header}
	if out == nil {
		return h, nil
	}
	body, err := read(resp)
	if err != nil {
		return h, err
	}
	if err := json.Unmarshal(body, out); err != nil {
		return h, fmt.Errorf("%w: %s %s answers something else: %w", ErrUnreachable, r.method, r.path, err)
	}
	return h, nil
}

// raw makes a call and returns the bytes of the answer.
func (c *Client) raw(ctx context.Context, r call) ([]byte, error) {
	resp, err := c.open(ctx, r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	return read(resp)
}

// open makes a call and returns its answer if it is a success; the caller closes the body.
func (c *Client) open(ctx context.Context, r call) (*http.Response, error) {
	req, err := c.request(ctx, r)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%s %s: %w", r.method, r.path, ctx.Err())
		}
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if resp.StatusCode/100 == 2 {
		return resp, nil
	}
	defer func() { _ = resp.Body.Close() }()
	return nil, refusal(resp)
}

func (c *Client) request(ctx context.Context, r call) (*http.Request, error) {
	address := c.base + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	var body io.Reader
	if r.body != nil {
		text, err := encode(r.body)
		if err != nil {
			return nil, fmt.Errorf("%s %s: print body: %w", r.method, r.path, err)
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.method, r.path, err)
	}
	req.Header.Set("Accept", "application/json")
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for name, v := range r.header {
		if v != "" {
			req.Header.Set(name, v)
		}
	}
	return req, nil
}

// encode prints a body without escaping < and >, so that a body given with a trigger keeps its bytes.
func encode(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return buf.Bytes(), err
}

func read(resp *http.Response) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes))
	if err != nil {
		return nil, fmt.Errorf("%w: the answer broke off: %w", ErrUnreachable, err)
	}
	return body, nil
}

// refusal reads the problem of an answer, or makes one of whatever came instead.
func refusal(resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	p := &Problem{}
	if err != nil || json.Unmarshal(body, p) != nil || p.Status == 0 {
		p = &Problem{Title: http.StatusText(resp.StatusCode), Detail: "the server answered " + resp.Status}
	}
	p.Status = resp.StatusCode
	return p
}

// escape makes one path segment of an id.
func escape(id string) string { return url.PathEscape(id) }
