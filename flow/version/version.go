// Package version tells which build of a program runs.
package version

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"runtime/debug"
)

// Variable is the environment variable that says it, before all else.
const Variable = "ONEVENT_VERSION"

// latest is what Lambda calls whatever was uploaded last: it names no build.
const latest = "$LATEST"

// Current returns what names this build, for App.Version: $ONEVENT_VERSION; or
// what the cloud calls it, $K_REVISION on Cloud Run and, if versions are published,
// $AWS_LAMBDA_FUNCTION_VERSION on Lambda; or the commit it was built from, if
// nothing was changed since; or else the first 12 hexadecimal digits of the
// SHA-256 of the program's file, which takes a moment. It is empty if that can't be
// read.
func Current() string {
	for _, name := range []string{Variable, "K_REVISION", "AWS_LAMBDA_FUNCTION_VERSION"} {
		if v := os.Getenv(name); v != "" && v != latest {
			return v
		}
	}
	if v := commit(); v != "" {
		return v
	}
	return fileSum()
}

// commit returns the first 12 digits of the commit, empty if the build was of
// something else.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if revision := settings["vcs.revision"]; len(revision) >= 12 && settings["vcs.modified"] == "false" {
		return revision[:12]
	}
	return ""
}

func fileSum() string {
	name, err := os.Executable()
	if err != nil {
		return ""
	}
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close() //nolint:errcheck // it was only read
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}
