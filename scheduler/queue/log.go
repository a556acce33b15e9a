package queue

import (
	"fmt"
	"log/slog"
	"sync/atomic"
)

// logger passes Asynq's messages to slog. The server's level keeps everything below error away.
type logger struct{ log *slog.Logger }

// Debug logs at debug level.
func (l logger) Debug(args ...any) { l.log.Debug("asynq", "text", fmt.Sprint(args...)) }

// Info logs at info level.
func (l logger) Info(args ...any) { l.log.Info("asynq", "text", fmt.Sprint(args...)) }

// Warn logs at warn level.
func (l logger) Warn(args ...any) { l.log.Warn("asynq", "text", fmt.Sprint(args...)) }

// Error logs at warn level: Asynq goes on by itself after every error it reports.
func (l logger) Error(args ...any) { l.log.Warn("asynq", "text", fmt.Sprint(args...)) }

// Fatal logs at error level and lets the process live; Asynq calls it for errors of its own configuration only.
func (l logger) Fatal(args ...any) { l.log.Error("asynq", "text", fmt.Sprint(args...)) }

// healthLog tells once when Redis goes away and once when it is back.
func healthLog(log *slog.Logger) func(error) {
	var down atomic.Bool
	return func(err error) {
		switch {
		case err != nil && !down.Swap(true):
			log.Error("redis does not answer", "error", err)
		case err == nil && down.Swap(false):
			log.Info("redis answers again")
		}
	}
}
