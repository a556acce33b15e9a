package app

import (
	"bytes"
	"log" //nolint:depguard // what libraries use
	"log/slog"
	"strings"
	"testing"
)

func TestStandardLoggerTellsNoBytesOfListeners(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logger := log.New(stdLog{log: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))}, "", 0)
	logger.Print(`Unsolicited response received on idle HTTP channel starting with "Authorization: hush"; err=<nil>`)
	logger.Print("something else\nlevel=ERROR forged")
	if got := out.String(); strings.Contains(got, "hush") || strings.Contains(got, "forged") || strings.Count(got, "level=DEBUG") != 2 {
		t.Errorf("got %s", got)
	}
}
