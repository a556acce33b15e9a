package sdk_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// sent is one webhook request as it lay on the wire.
type sent struct {
	Hook    string      `json:"hook"` // the path it came to, without the slash
	Line    string      `json:"line"`
	Headers [][2]string `json:"headers"` // in the order, and in the case, in which they came
	Body    string      `json:"body"`
}

// header returns the value of the first field of that exact name.
func (s sent) header(name string) string {
	for _, field := range s.Headers {
		if field[0] == name {
			return field[1]
		}
	}
	return ""
}

// recorder is a listener on a raw socket: an HTTP server would fold the names and lose the order of the fields. It answers 200 to all.
type recorder struct {
	URL string // without a slash at the end

	mu      sync.Mutex
	arrived []sent
	faults  []string
}

// record starts a recorder on loopback that ends with the test.
func record(tb testing.TB) *recorder {
	tb.Helper()
	l, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	r := &recorder{URL: "http://" + l.Addr().String()}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() { r.serve(conn) })
		}
	})
	tb.Cleanup(func() {
		_ = l.Close()
		open.Wait()
		for _, fault := range r.faults {
			tb.Errorf("a request to the recorder: %s", fault)
		}
	})
	return r
}

// serve answers one request and closes the connection, which both senders open anew for each.
func (r *recorder) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	err := conn.SetDeadline(time.Now().Add(time.Minute))
	var s sent
	if err == nil {
		s, err = readRequest(bufio.NewReader(conn))
	}
	r.mu.Lock()
	if err != nil {
		r.faults = append(r.faults, err.Error())
	} else {
		r.arrived = append(r.arrived, s)
	}
	r.mu.Unlock()
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok") // the sender's loss
}

// taken returns what came since the last call, in the order of arrival.
func (r *recorder) taken() []sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.arrived
	r.arrived = nil
	return list
}

// readRequest reads one HTTP/1.1 request with a Content-Length, and changes nothing in it.
func readRequest(in *bufio.Reader) (sent, error) {
	line, err := readLine(in)
	if err != nil {
		return sent{}, err
	}
	s := sent{Line: line}
	if words := strings.Fields(line); len(words) == 3 {
		s.Hook = strings.TrimPrefix(words[1], "/")
	}
	length := -1
	for {
		line, err := readLine(in)
		if err != nil {
			return sent{}, err
		}
		if line == "" {
			break
		}
		name, value, ok := strings.Cut(line, ": ")
		if !ok {
			return sent{}, errors.New("a header without colon and space: " + line)
		}
		s.Headers = append(s.Headers, [2]string{name, value})
		if strings.EqualFold(name, "content-length") {
			if length, err = strconv.Atoi(value); err != nil {
				return sent{}, err
			}
		}
	}
	if length < 0 {
		return sent{}, errors.New("no Content-Length")
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(in, body); err != nil {
		return sent{}, err
	}
	s.Body = string(body)
	return s, nil
}

// readLine reads to CR LF, and refuses any other end of line.
func readLine(in *bufio.Reader) (string, error) {
	line, err := in.ReadString('\n')
	if err != nil {
		return "", err
	}
	text, ok := strings.CutSuffix(line, "\r\n")
	if !ok {
		return "", errors.New("a line without CR: " + line)
	}
	return text, nil
}

// names lists the names of the fields in order of the alphabet.
func (s sent) names() []string {
	list := make([]string, len(s.Headers))
	for i, field := range s.Headers {
		list[i] = field[0]
	}
	slices.Sort(list)
	return list
}
