package synth

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/brianvoe/gofakeit/v7"
)

// Second words of the PCG seeds. They differ so that equal seeds do not make equal streams.
const (
	contentStream = 0x616e6e6f_686f6f6b
	idStream      = 0x6964656e_74697479
)

// Source draws synthetic material. The same seeds and the same calls in the same order give the same results, for ids and for content
// each on its own: a further id never changes content, nor the other way round, but a further draw of one kind changes all later draws of
// that kind. A Source is not safe for concurrent use; making one is cheap, so make one for each event.
type Source struct {
	content *rand.Rand
	ids     *rand.Rand
	pcg     *rand.PCG       // the source behind content, shared with faker
	faker   *gofakeit.Faker // made at the first person
	texts   []entry         // made at the first text
}

// New returns a Source with seed for content and idSeed for ids.
func New(seed, idSeed uint64) *Source {
	pcg := rand.NewPCG(seed, contentStream)
	return &Source{content: rand.New(pcg), ids: rand.New(rand.NewPCG(idSeed, idStream)), pcg: pcg}
}

// Int returns a whole number from low to high, both included; low when high is not above it.
func (s *Source) Int(low, high int) int {
	if high <= low {
		return low
	}
	return low + s.content.IntN(high-low+1)
}

// maxDecimals is how many decimals Float can round to without losing whole digits of usual sizes.
const maxDecimals = 12

// Float returns a number from low to high, rounded to decimals digits behind the point (at most 12). The bounds should have no more
// digits themselves.
func (s *Source) Float(low, high float64, decimals int) float64 {
	f := low + s.content.Float64()*(high-low)
	scale := math.Pow10(min(max(decimals, 0), maxDecimals))
	return math.Round(f*scale) / scale
}

// Bool is true with probability p.
func (s *Source) Bool(p float64) bool { return s.content.Float64() < p }

// Time returns a time from low to high, to the microsecond, in UTC; low when high is not above it.
func (s *Source) Time(low, high time.Time) time.Time {
	span := high.Sub(low).Microseconds()
	if span <= 0 {
		return low.UTC()
	}
	return low.UTC().Add(time.Duration(s.content.Int64N(span+1)) * time.Microsecond)
}

// Duration returns a duration from low to high, to the microsecond; low when high is not above it.
func (s *Source) Duration(low, high time.Duration) time.Duration {
	span := (high - low).Microseconds()
	if span <= 0 {
		return low
	}
	return low + time.Duration(s.content.Int64N(span+1))*time.Microsecond
}

// Pick returns one of list, or the zero value of an empty one.
func Pick[T any](s *Source, list ...T) T {
	if len(list) == 0 {
		var zero T
		return zero
	}
	return list[s.content.IntN(len(list))]
}

// Sample returns n different places of list in a random order, or all of them when there are fewer. list is not changed.
func Sample[T any](s *Source, n int, list ...T) []T {
	n = min(max(n, 0), len(list))
	out := make([]T, 0, n)
	for _, i := range s.content.Perm(len(list))[:n] {
		out = append(out, list[i])
	}
	return out
}
