package main

import (
	"strings"
	"testing"
)

// TestTableStaysAligned: cells that are empty, at the end of a row too, move no other row.
func TestTableStaysAligned(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	rows := [][]string{{"addr", "127.0.0.1:8080", "default", ""}, {"token", "", "default"}, {"a-long-name", "x", "environment", "NAME"}, {"none", ""}}
	if err := table(&b, []string{"SETTING", "VALUE", "ORIGIN", "WHERE"}, rows); err != nil {
		t.Fatal(err)
	}
	want := `SETTING      VALUE           ORIGIN       WHERE
addr         127.0.0.1:8080  default
token                        default
a-long-name  x               environment  NAME
none
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}
