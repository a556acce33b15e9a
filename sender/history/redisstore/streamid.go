package redisstore

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The scripts tell the feed in groups: one entry of the stream has the lines of one script. An id of the feed is that of the group with the place of
// the line in the lower bits of its second number, so that ids of lines grow as those of groups do.
const (
	placeBits = 6
	groupMost = 1 << placeBits // more than GROUP in the prelude of the scripts
)

// streamID is where an entry of the stream stands: milliseconds, and a number within one.
type streamID struct{ millis, number uint64 }

// parseStreamID reads "<number>-<number>", which is all that Redis takes.
func parseStreamID(id string) (streamID, error) {
	left, right, _ := strings.Cut(id, "-")
	millis, errLeft := strconv.ParseUint(left, 10, 64)
	number, errRight := strconv.ParseUint(right, 10, 64)
	if errLeft != nil || errRight != nil {
		return streamID{}, fmt.Errorf("id %q: %w", id, errReply)
	}
	return streamID{millis, number}, nil
}

// groupOf is where the group stands that has the line of that id.
func groupOf(id string) (streamID, error) {
	line, err := parseStreamID(id)
	return streamID{line.millis, line.number >> placeBits}, err
}

// String is the id as Redis takes it.
func (s streamID) String() string {
	return strconv.FormatUint(s.millis, 10) + "-" + strconv.FormatUint(s.number, 10)
}

// line is the id of the line at a place of the group, from 0.
func (s streamID) line(place int) string {
	return streamID{s.millis, s.number<<placeBits | uint64(place)&(groupMost-1)}.String() //nolint:gosec // a place is not negative
}

// before is the id right before that of the group.
func (s streamID) before() streamID {
	switch {
	case s.number > 0:
		return streamID{s.millis, s.number - 1}
	case s.millis > 0:
		return streamID{s.millis - 1, math.MaxUint64}
	default:
		return s
	}
}
