package logs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/logs"
)

func TestLine(t *testing.T) {
	t.Parallel()
	for level, want := range map[slog.Level]string{
		slog.LevelInfo: "INFO", slog.LevelWarn: "WARNING", slog.LevelError: "ERROR", slog.LevelError + 4: "ERROR",
	} {
		var out bytes.Buffer
		logs.New(&out).Log(context.Background(), level, "handling failed", "error", errors.New("no line"),
			slog.Group("of", "level", slog.LevelWarn, "msg", "x"))
		var line struct {
			Time                     time.Time
			Severity, Message, Error string
			Of                       map[string]string
		}
		decoder := json.NewDecoder(&out)
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&line); err != nil {
			t.Fatal(err)
		}
		if line.Severity != want || line.Message != "handling failed" || line.Error != "no line" || line.Time.IsZero() ||
			line.Of["level"] != "WARN" || line.Of["msg"] != "x" {
			t.Errorf("level %v: %+v", level, line)
		}
	}
}

func TestLevelOfInformationIsTheFirst(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if logs.New(&out).Debug("x"); out.Len() > 0 {
		t.Errorf("wrote %s", &out)
	}
}
