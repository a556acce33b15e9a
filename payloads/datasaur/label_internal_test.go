package datasaur

import (
	"testing"
)

func TestLocate(t *testing.T) {
	const text = "the  café 😀 x😀y\nsecond línea\n\n東京 "
	tests := []struct {
		name string
		at   int
		want place
	}{
		{"first", 0, place{0, 0, 0, 0}},
		{"end of the first token", 2, place{0, 0, 2, 2}},
		{"behind two spaces", 5, place{0, 1, 0, 0}},
		{"accent", 8, place{0, 1, 3, 3}},
		{"emoji takes two units", 10, place{0, 2, 0, 1}},
		{"emoji inside", 13, place{0, 3, 1, 2}},
		{"behind an emoji", 14, place{0, 3, 3, 3}},
		{"next line", 16, place{1, 0, 0, 0}},
		{"second token there", 23, place{1, 1, 0, 0}},
		{"behind an empty line", 30, place{3, 0, 0, 0}},
		{"second ideograph", 31, place{3, 0, 1, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := locate([]rune(text), tt.at); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
