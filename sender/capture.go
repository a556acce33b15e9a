package sender

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"

	"github.com/annohook/annohook/payloads"
)

// Marks of replies that ended too early.
var (
	errCutHeader = errors.New("the connection ended before the header of the reply was complete")
	errCutBody   = errors.New("the body of the reply is cut")
)

// maxCodings bounds the codings that one body may be wrapped in.
const maxCodings = 5

// receive reads the final reply. The body is read to its end, so that a cut one is seen, but no further than the drain bound, and only its
// beginning is kept.
//
// Decompression happens afterwards, from what was kept: a body that expands without end then costs nothing while it comes in, and only as
// many decoders as there are processors are alive at once (one for brotli may take 16 MiB).
func (t *trip) receive(resp *http.Response) payloads.Reply {
	defer func() { _ = resp.Body.Close() }()
	reply := headOf(resp)
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return reply // what follows is another protocol, not a body
	}
	codings := codingsOf(resp.Header)
	keep := t.sender.capture
	if len(codings) > 0 {
		// Compressed text is shorter than what it stands for, but for a few bytes a block.
		keep += t.sender.capture + 4<<10
	}
	raw, complete, err := t.sender.read(resp.Body, keep)
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("%w: %w", errCutBody, err)
		}
		reply.Failure, reply.Message = t.exchange.classify(err)
		reply.Message = t.prefix() + reply.Message
	}
	body, whole, err := t.sender.decode(codings, raw, complete)
	reply.Body, reply.Truncated = body, !whole
	if err != nil && reply.Failure == payloads.FailureNone && t.announced(codings) {
		reply.Failure = payloads.FailureProtocol
		reply.Message = t.prefix() + err.Error()
	}
	return reply
}

// read keeps the first bytes of a body and reads on to its end. complete tells that what is kept is all of it.
func (s *Sender) read(body io.Reader, keep int) (raw []byte, complete bool, err error) {
	pooled, _ := s.buffers.Get().(*[]byte)
	defer s.buffers.Put(pooled)
	var total int64
	for {
		n, err := body.Read(*pooled)
		total += int64(n)
		raw = append(raw, (*pooled)[:min(n, keep-len(raw))]...)
		switch {
		case errors.Is(err, io.EOF):
			return raw, total == int64(len(raw)), nil
		case err != nil:
			return raw, false, err
		case total > s.drain:
			return raw, false, nil
		}
	}
}

// codingsOf lists the content codings of a reply in the order they were applied, without identity.
func codingsOf(h http.Header) []string {
	var out []string
	for _, line := range h.Values("Content-Encoding") {
		for coding := range strings.SplitSeq(line, ",") {
			coding = strings.ToLower(strings.TrimSpace(coding))
			if coding != "" && coding != "identity" {
				out = append(out, coding)
			}
		}
	}
	return out
}

// announced says whether the request asks for all of the codings. A client has no decoder for the others and takes such a body as it is.
func (t *trip) announced(codings []string) bool {
	accepted := strings.ToLower(t.request.Header.Get("Accept-Encoding"))
	for _, coding := range codings {
		if !slices.Contains(strings.FieldsFunc(accepted, func(r rune) bool { return strings.ContainsRune(", ;", r) }), coding) {
			return false
		}
	}
	return true
}

// decode undoes the codings of a body, up to the capture bound. whole tells that out is all of it. Where the body cannot be decoded, out is
// what came over the wire; for a coding this program does not know that is no error, as it is none for the platforms' clients. Nor is
// compressed data that ends early: they take what they have.
func (s *Sender) decode(codings []string, raw []byte, complete bool) (out []byte, whole bool, err error) {
	plain, plainWhole := raw, complete
	if len(raw) > s.capture {
		plain, plainWhole = raw[:s.capture], false
	}
	if len(codings) == 0 || len(raw) == 0 {
		return plain, plainWhole, nil
	}
	if len(codings) > maxCodings {
		return plain, plainWhole, fmt.Errorf("the body of the reply has %d content codings, at most %d are undone", len(codings), maxCodings)
	}
	s.decoders <- struct{}{}
	defer func() { <-s.decoders }()
	var r io.Reader = bytes.NewReader(raw)
	for _, coding := range slices.Backward(codings) {
		next, known := decoder(coding, r)
		if !known {
			return plain, plainWhole, nil
		}
		r = next
	}
	out, err = io.ReadAll(io.LimitReader(r, int64(s.capture)+1))
	switch {
	case len(out) > s.capture:
		return out[:s.capture], false, nil
	case err == nil, complete && errors.Is(err, io.ErrUnexpectedEOF):
		return out, complete, nil
	case !complete:
		return out, false, nil // it was cut here, by us or by what the exchange already reports
	default:
		return plain, plainWhole, fmt.Errorf("the body of the reply is not valid %s: %w", strings.Join(codings, ", "), err)
	}
}

// decoder undoes one coding. Errors of its header come with the first Read.
func decoder(coding string, r io.Reader) (io.Reader, bool) {
	switch coding {
	case "gzip", "x-gzip":
		return &gzipReader{src: r}, true
	case "deflate":
		return &deflateReader{src: r}, true
	case "br":
		return brotli.NewReader(r), true
	default:
		return nil, false
	}
}

// gzipMagic is how gzip begins.
const gzipMagic = "\x1f\x8b"

// gzipReader reads gzip members and, like the platforms' clients, overlooks garbage after the last one.
type gzipReader struct {
	src   io.Reader
	gz    *gzip.Reader
	ended bool
}

// Read implements io.Reader.
func (r *gzipReader) Read(p []byte) (int, error) {
	if r.gz == nil {
		src := bufio.NewReader(r.src) // gzip takes no more from it than it needs
		r.src = src
		if head, _ := src.Peek(len(gzipMagic)); !strings.HasPrefix(gzipMagic, string(head)) {
			return 0, gzip.ErrHeader // also where it is too short for a header
		}
		gz, err := gzip.NewReader(src)
		if err != nil {
			return 0, noEOF(err)
		}
		gz.Multistream(false)
		r.gz = gz
	}
	if r.ended {
		return 0, io.EOF
	}
	n, err := r.gz.Read(p)
	if errors.Is(err, io.EOF) {
		err = nil
		r.ended = r.gz.Reset(r.src) != nil
		r.gz.Multistream(false)
	}
	return n, err
}

// deflateReader reads what HTTP calls deflate: zlib, or raw deflate from servers that took the name literally.
type deflateReader struct {
	src io.Reader
	r   io.Reader
}

// Read implements io.Reader.
func (r *deflateReader) Read(p []byte) (int, error) {
	if r.r == nil {
		src := bufio.NewReader(r.src)
		head, err := src.Peek(2)
		switch {
		case err == nil && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0:
			z, err := zlib.NewReader(src)
			if err != nil {
				return 0, noEOF(err)
			}
			r.r = z
		default:
			r.r = flate.NewReader(src)
		}
	}
	return r.r.Read(p)
}

// noEOF keeps a header that is cut from looking like an empty body.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
