// Package logs writes the log of a program so that the logs of both clouds
// understand it: a line is a JSON object with time, severity and message, as Cloud
// Logging wants them, and the attributes beside them. CloudWatch takes any names; it has
// the same ones, so that what is said of a line is true on both.
//
// See https://cloud.google.com/logging/docs/structured-logging.
package logs

import (
	"io"
	"log/slog"
)

// New returns a logger that writes lines to w, from the level of information on.
// One logger may be used by several goroutines.
func New(w io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: rename}))
}

// rename gives what every line has its name and value in Cloud Logging.
func rename(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	switch a.Key {
	case slog.MessageKey:
		a.Key = "message"
	case slog.LevelKey:
		if level, ok := a.Value.Any().(slog.Level); ok {
			return slog.String("severity", severity(level))
		}
	}
	return a
}

func severity(level slog.Level) string {
	switch {
	case level < slog.LevelInfo:
		return "DEBUG"
	case level < slog.LevelWarn:
		return "INFO"
	case level < slog.LevelError:
		return "WARNING"
	default:
		return "ERROR"
	}
}
