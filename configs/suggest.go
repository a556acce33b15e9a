package configs

import "github.com/agnivade/levenshtein"

// nearEnough is how many letters a name may differ from a known one to be taken for it, at most half of its own.
const nearEnough = 3

// DidYouMean is ": did you mean X?" for the nearest known name, or "" when none is near.
func DidYouMean(name string, known []string) string {
	best, distance := "", min(nearEnough, len(name)/2)+1
	for _, k := range known {
		if d := levenshtein.ComputeDistance(name, k); d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return ": did you mean " + best + "?"
}
