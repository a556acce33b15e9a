package redisstore

import (
	"fmt"
	"strconv"
	"time"

	"github.com/annohook/annohook/sender/history"
)

// span is a piece of the indexes: the members from one to another, the first included and the last not; "" is the end.
type span struct{ from, to string }

// spanOf is the piece that holds what the query may find.
func spanOf(q history.Query) span {
	from, to := q.Span()
	var in span
	if from > 0 {
		in.from = digits(from)
	}
	if to < history.Highest {
		in.to = digits(to + 1)
	}
	return in
}

func digits(micros int64) string { return fmt.Sprintf("%0*d", memberDigits, max(micros, 0)) }

// upTo is the part of the span behind the cursor.
func (in span) upTo(after history.Cursor) span {
	if after == (history.Cursor{}) {
		return in
	}
	if end := member(after.At, after.ID); in.to == "" || end < in.to {
		in.to = end
	}
	return in
}

// bounds are the ends as Redis takes them.
func (in span) bounds() (lowest, highest string) {
	lowest, highest = "-", "+"
	if in.from != "" {
		lowest = "[" + in.from
	}
	if in.to != "" {
		highest = "(" + in.to
	}
	return lowest, highest
}

// memberIDs returns the ids within members.
func memberIDs(members []string) []string {
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = memberID(m)
	}
	return ids
}

// memberCursor returns the cursor right behind a row of an index.
func memberCursor(member string) (history.Cursor, error) {
	id := memberID(member)
	if id == "" {
		return history.Cursor{}, fmt.Errorf("index entry %q: %w", member, errReply)
	}
	micros, err := strconv.ParseInt(member[:memberDigits], 10, 64)
	if err == nil && (member[0] < '0' || member[0] > '9') {
		err = errReply // a sign
	}
	if err != nil {
		return history.Cursor{}, fmt.Errorf("index entry %q: %w", member, err)
	}
	return history.Cursor{At: time.UnixMicro(micros).UTC(), ID: id}, nil
}
