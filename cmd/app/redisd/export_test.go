package redisd

import "bufio"

// What the external tests see of the inside.
var (
	Ask       = ask
	Quote     = quote
	ReadReply = readReply
)

// Bounds of a reply, for the fuzz target.
const (
	MaxReplyBytes = maxReplyBytes
	MaxReplyItems = maxReplyItems
)

// NewReader makes the reader ReadReply is given in production.
func NewReader(in interface{ Read([]byte) (int, error) }) *bufio.Reader {
	return bufio.NewReaderSize(in, maxLineBytes)
}
