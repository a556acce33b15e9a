package synth

import (
	"strconv"
	"strings"

	"github.com/brianvoe/gofakeit/v7"
)

// Person is a made-up user. Username and Email are derived from the name, in ASCII.
type Person struct {
	First, Last, Username, Email string
}

// Name is the full name.
func (p Person) Name() string { return p.First + " " + p.Last }

// Person returns a made-up user with an address under example.com, example.org or example.net.
func (s *Source) Person() Person {
	if s.faker == nil {
		s.faker = gofakeit.NewFaker(s.pcg, false)
	}
	p := Person{First: s.faker.FirstName(), Last: s.faker.LastName()}
	first, last := asciiLower(p.First), asciiLower(p.Last)
	switch s.Int(0, 2) {
	case 0:
		p.Username = first + "." + last
	case 1:
		p.Username = first[:1] + last
	default:
		p.Username = first + strconv.Itoa(s.Int(1, 99))
	}
	p.Email = p.Username + "@" + Pick(s, "example.com", "example.org", "example.net")
	return p
}

// asciiLower keeps the letters a to z of a name; a name without any is "user".
func asciiLower(name string) string {
	kept := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(name))
	if kept == "" {
		return "user"
	}
	return kept
}
