package emulators

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// findJava returns the Java program.
func findJava(o Options) (string, error) {
	name := "java"
	switch home := o.Getenv("JAVA_HOME"); {
	case o.Java != "":
		name = o.Java
	case home != "":
		name = filepath.Join(home, "bin", "java")
	}
	return exec.LookPath(name)
}

// findJar returns the jar of a component of the SDK, in the first folder that
// has it.
func findJar(o Options, component string) (string, error) {
	folders := sdkFolders(o)
	for _, folder := range folders {
		for _, pattern := range []string{"*.jar", "lib/*-all.jar"} {
			jars, err := filepath.Glob(filepath.Join(folder, "platform", component, pattern))
			if err == nil && len(jars) > 0 {
				return jars[len(jars)-1], nil
			}
		}
	}
	if len(folders) == 0 {
		return "", errors.New("no Google Cloud SDK")
	}
	return "", fmt.Errorf("platform/%s is not in %v", component, folders)
}

// sdkFolders returns the folders, of those where an SDK may be, that exist.
func sdkFolders(o Options) []string {
	if o.SDK != "" {
		return []string{o.SDK}
	}
	places := []string{o.Getenv("CLOUDSDK_ROOT_DIR"), o.Getenv("CLOUDSDK_ROOT"), gcloudFolder()}
	if home, err := os.UserHomeDir(); err == nil {
		places = append(places, filepath.Join(home, "google-cloud-sdk"))
	}
	places = append(places, usualPlaces()...)
	var found []string
	for _, p := range places {
		if p == "" {
			continue
		}
		if info, err := os.Stat(p); err == nil && info.IsDir() {
			found = append(found, p)
		}
	}
	return found
}

// gcloudFolder returns the SDK to which the gcloud on the PATH belongs, or "".
// Packages install a link to <SDK>/bin/gcloud.
func gcloudFolder() string {
	path, err := exec.LookPath("gcloud")
	if err != nil {
		return ""
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return ""
	}
	return filepath.Dir(filepath.Dir(path))
}

func usualPlaces() []string {
	switch runtime.GOOS {
	case "darwin":
		return []string{"/opt/homebrew/share/google-cloud-sdk", "/usr/local/share/google-cloud-sdk"}
	case "windows":
		return []string{`C:\Program Files (x86)\Google\Cloud SDK\google-cloud-sdk`}
	default:
		return []string{
			"/usr/lib/google-cloud-sdk", "/usr/share/google-cloud-sdk", "/usr/local/google-cloud-sdk",
			"/opt/google-cloud-sdk", "/google-cloud-sdk", "/snap/google-cloud-cli/current",
		}
	}
}
