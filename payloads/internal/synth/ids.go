package synth

import (
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/google/uuid"
)

// UUID returns a random UUID of version 4: lower case, with hyphens.
func (s *Source) UUID() string {
	var id uuid.UUID
	s.fill(id[:])
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}

// Hex returns n random lower-case hex digits.
func (s *Source) Hex(n int) string {
	return hex.EncodeToString(s.Bytes((n + 1) / 2))[:max(n, 0)]
}

// ObjectID returns a MongoDB object id: 24 lower-case hex digits that begin with the second of t.
func (s *Source) ObjectID(t time.Time) string {
	var id [12]byte
	binary.BigEndian.PutUint32(id[:4], uint32(t.Unix())) //nolint:gosec // an object id has 32 bits for the second, whatever comes after 2106
	s.fill(id[4:])
	return hex.EncodeToString(id[:])
}

// ID returns a whole number from low to high, both included, for use as an id; low when high is not above it.
func (s *Source) ID(low, high int64) int64 {
	if high <= low {
		return low
	}
	return low + s.ids.Int64N(high-low+1)
}

// Letters are the characters of base62 ids.
const Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// IDText returns n random characters of alphabet, which must be ASCII; Letters when it is empty.
func (s *Source) IDText(alphabet string, n int) string {
	if alphabet == "" {
		alphabet = Letters
	}
	text := make([]byte, max(n, 0))
	for i := range text {
		text[i] = alphabet[s.ids.IntN(len(alphabet))]
	}
	return string(text)
}

// Bytes returns n random bytes of the id stream.
func (s *Source) Bytes(n int) []byte {
	b := make([]byte, max(n, 0))
	s.fill(b)
	return b
}

func (s *Source) fill(b []byte) {
	var word [8]byte
	for len(b) > 0 {
		binary.LittleEndian.PutUint64(word[:], s.ids.Uint64())
		b = b[copy(b, word[:]):]
	}
}
