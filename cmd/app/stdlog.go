package app

import (
	"bytes"
	"context"
	"log/slog"
)

// stdLog takes what libraries print through the standard logger. net/http does so with bytes of a listener that nobody asked for, which may
// hold anything, a credential sent back included; so the text goes nowhere, and that there was one is told.
type stdLog struct {
	log *slog.Logger
}

// Write implements io.Writer; each call is one message.
func (s stdLog) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("Unsolicited response")) {
		s.log.LogAttrs(context.Background(), slog.LevelDebug, "a listener sent bytes that nobody asked for, and its connection was closed")
	} else {
		s.log.LogAttrs(context.Background(), slog.LevelDebug, "a library printed something", slog.Int("bytes", len(p)))
	}
	return len(p), nil
}
