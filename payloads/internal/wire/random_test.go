package wire_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// randomSamples returns JSON texts in a neutral form: floats always with an exponent, so that every parser keeps them floats. The seed is
// fixed, so that a difference shows again.
func randomSamples(n int) []sample {
	r := rand.New(rand.NewPCG(7, 11))
	all := make([]sample, n)
	for i := range all {
		all[i] = sample{text: string(appendTree(nil, r, i%6))}
	}
	return all
}

// appendTree appends a list or an object of the depth, or below it what is left: a scalar.
func appendTree(dst []byte, r *rand.Rand, depth int) []byte {
	if depth == 0 {
		return appendScalar(dst, r)
	}
	list := r.IntN(2) == 0
	dst = append(dst, "{["[btoi(list)])
	for i := range r.IntN(5) {
		if i > 0 {
			dst = append(dst, ',')
		}
		if !list {
			// The index in the key keeps keys different; the digits alone make array indices.
			dst = appendText(dst, []string{strconv.Itoa(i + 10*r.IntN(3)), strconv.Itoa(i) + randomText(r)}[r.IntN(2)])
			dst = append(dst, ':')
		}
		dst = appendTree(dst, r, r.IntN(depth))
	}
	return append(dst, "}]"[btoi(list)])
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func appendScalar(dst []byte, r *rand.Rand) []byte {
	switch kind := r.IntN(10); {
	case kind < 4:
		return strconv.AppendFloat(dst, randomFloat(r), 'e', -1, 64)
	case kind < 6:
		return strconv.AppendInt(dst, int64(r.Uint64())>>r.IntN(64), 10)
	case kind == 6:
		return append(dst, strings.Repeat(strconv.Itoa(1+r.IntN(9)), 1+r.IntN(60))...)
	case kind == 7:
		return append(dst, []string{"null", "true", "false", "0", "-0", "-0.0"}[r.IntN(6)]...)
	default:
		return appendText(dst, randomText(r))
	}
}

func appendText(dst []byte, s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		return append(dst, `""`...) // cannot happen: every string has a JSON form
	}
	return append(dst, text...)
}

// randomFloat is any finite double: random bits, or a short decimal with a random exponent around the thresholds of the three languages.
func randomFloat(r *rand.Rand) float64 {
	for {
		f := math.Float64frombits(r.Uint64())
		switch r.IntN(3) {
		case 0:
			f = math.Copysign(float64(r.IntN(100000)), f) * math.Pow10(r.IntN(60)-30)
		case 1:
			f = math.Float64frombits(r.Uint64() & (1<<uint(r.IntN(63)) - 1))
		}
		if !math.IsNaN(f) && !math.IsInf(f, 0) {
			return f
		}
	}
}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(12) {
		switch r.IntN(4) {
		case 0:
			b.WriteRune(rune(r.IntN(0x80)))
		case 1:
			b.WriteRune(rune(r.IntN(0x3000)))
		case 2:
			b.WriteRune(rune(r.IntN(0x110000))) // surrogates become U+FFFD
		default:
			b.WriteByte("abc\"\\/<>&\u2028\u2029\u007f"[r.IntN(9)])
		}
	}
	return b.String()
}
