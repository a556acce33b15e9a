package redisd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// Bounds of one reply, far above what the three commands asked here answer (INFO server is about 1 kB).
const (
	maxReplyBytes = 1 << 20
	maxReplyItems = 1 << 10
	maxLineBytes  = 4 << 10
)

// errProtocol says that what answered does not speak RESP, or more of it than we are ready to read.
var errProtocol = errors.New("not a reply of a redis server")

// replyError is an error the server answered, for example "LOADING Redis is loading the dataset in memory".
type replyError string

// Error returns the server's words.
func (e replyError) Error() string { return "redis server: " + string(e) }

// ask opens a connection, sends the commands in one write and reads one reply for each. A scalar reply is a slice of one string, nil an
// empty slice. The first error reply ends it as a replyError; ctx bounds the whole.
func ask(ctx context.Context, socket string, commands ...[]string) ([][]string, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, fmt.Errorf("connect to the redis server: %w", err)
	}
	// Closing is the one interruption that needs no clock; a second close is harmless.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer func() {
		stop()
		_ = conn.Close()
	}()
	var request []byte
	for _, command := range commands {
		request = appendCommand(request, command)
	}
	if _, err := conn.Write(request); err != nil {
		return nil, fmt.Errorf("ask the redis server: %w", err)
	}
	in := bufio.NewReaderSize(conn, maxLineBytes)
	replies := make([][]string, len(commands))
	for i := range commands {
		if replies[i], err = readReply(in); err != nil {
			return nil, err
		}
	}
	return replies, nil
}

// appendCommand appends one command as RESP's array of bulk strings.
func appendCommand(to []byte, words []string) []byte {
	to = fmt.Appendf(to, "*%d\r\n", len(words))
	for _, word := range words {
		to = fmt.Appendf(to, "$%d\r\n%s\r\n", len(word), word)
	}
	return to
}

// readReply reads one RESP2 reply. Arrays hold scalars only; nested ones are errProtocol.
func readReply(in *bufio.Reader) ([]string, error) {
	kind, text, err := readLine(in)
	if err != nil {
		return nil, err
	}
	if kind != '*' {
		return readScalar(in, kind, text)
	}
	count, err := size(text, maxReplyItems)
	if err != nil || count < 0 {
		return nil, err
	}
	items := make([]string, 0, count)
	for range count {
		kind, text, err := readLine(in)
		if err != nil {
			return nil, err
		}
		item, err := readScalar(in, kind, text)
		if err != nil {
			return nil, err
		}
		items = append(items, strings.Join(item, ""))
	}
	return items, nil
}

// readScalar ends the reply that began with a line of this kind and text.
func readScalar(in *bufio.Reader, kind byte, text string) ([]string, error) {
	switch kind {
	case '+', ':':
		return []string{text}, nil
	case '-':
		return nil, replyError(text)
	case '$':
		return readBulk(in, text)
	}
	return nil, fmt.Errorf("%w: it begins with %q", errProtocol, kind)
}

// readBulk reads the bytes a bulk string's first line announces.
func readBulk(in *bufio.Reader, announced string) ([]string, error) {
	length, err := size(announced, maxReplyBytes)
	if err != nil || length < 0 {
		return nil, err
	}
	body := make([]byte, length+len("\r\n"))
	if _, err := io.ReadFull(in, body); err != nil {
		return nil, fmt.Errorf("read the redis server's reply: %w", err)
	}
	if string(body[length:]) != "\r\n" {
		return nil, fmt.Errorf("%w: a string longer than it says", errProtocol)
	}
	return []string{string(body[:length])}, nil
}

// readLine reads one line and splits off its first byte, which says what follows.
func readLine(in *bufio.Reader) (kind byte, text string, err error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return 0, "", fmt.Errorf("read the redis server's reply: %w", err)
	}
	body, ok := strings.CutSuffix(string(line), "\r\n")
	if !ok || body == "" {
		return 0, "", fmt.Errorf("%w: %.20q", errProtocol, line)
	}
	return body[0], body[1:], nil
}

// size reads a length; -1 stands for nil.
func size(text string, limit int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < -1 || n > limit {
		return 0, fmt.Errorf("%w: length %.20q", errProtocol, text)
	}
	return n, nil
}
