package history

import (
	"cmp"
	"strconv"
	"strings"
)

// CompareIDs orders two entry ids, "<number>-<number>" each: -1, 0 or 1. Malformed parts count as 0.
func CompareIDs(a, b string) int {
	aHigh, aLow := splitID(a)
	bHigh, bLow := splitID(b)
	return cmp.Or(cmp.Compare(aHigh, bHigh), cmp.Compare(aLow, bLow))
}

func splitID(id string) (high, low uint64) {
	left, right, _ := strings.Cut(id, "-")
	high, _ = strconv.ParseUint(left, 10, 64)
	low, _ = strconv.ParseUint(right, 10, 64)
	return high, low
}
