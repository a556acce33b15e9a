package history

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// SearchedBodyBytes is how much of a body a text search reads.
const SearchedBodyBytes = 64 << 10

// PageLimit returns the number of rows a page has for the limit asked for: DefaultPage for 0 and less, MaxPage at most.
func PageLimit(asked int) int {
	if asked <= 0 {
		return DefaultPage
	}
	return min(asked, MaxPage)
}

// Cursor is a place in a list that runs from the newest to the oldest: right behind the row made at At with that ID. The zero Cursor is
// the beginning.
type Cursor struct {
	At time.Time
	ID string
}

// String is the form callers see: "<microseconds since 1970>-<id>", and "" at the beginning.
func (c Cursor) String() string {
	if c == (Cursor{}) {
		return ""
	}
	return strconv.FormatInt(c.At.UnixMicro(), 10) + "-" + c.ID
}

// ParseCursor reads what String wrote, or returns ErrCursor.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	if micros, id, ok := strings.Cut(s, "-"); ok && id != "" {
		if n, err := strconv.ParseInt(micros, 10, 64); err == nil && n >= 0 && strconv.FormatInt(n, 10) == micros {
			return Cursor{At: time.UnixMicro(n).UTC(), ID: id}, nil
		}
	}
	return Cursor{}, fmt.Errorf("cursor %.80q: %w", s, ErrCursor)
}

// Before reports whether the row made at the given time with that id comes behind the cursor.
func (c Cursor) Before(at time.Time, id string) bool {
	return c == (Cursor{}) || c.compare(Cursor{At: at, ID: id}) < 0
}

// compare orders places: newest first, then by id downwards.
func (c Cursor) compare(o Cursor) int {
	return cmp.Or(o.At.Compare(c.At), cmp.Compare(o.ID, c.ID))
}
