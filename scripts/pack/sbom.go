package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"runtime/debug"
	"strings"
	"time"
)

// The parts of an SPDX 2.3 document, https://spdx.github.io/spdx-spec/v2.3/.
type (
	document struct {
		Version       string         `json:"spdxVersion"`
		License       string         `json:"dataLicense"`
		ID            string         `json:"SPDXID"`
		Name          string         `json:"name"`
		Namespace     string         `json:"documentNamespace"`
		Creation      creation       `json:"creationInfo"`
		Packages      []module       `json:"packages"`
		Relationships []relationship `json:"relationships"`
	}
	creation struct {
		Created  string   `json:"created"`
		Creators []string `json:"creators"`
	}
	module struct {
		ID        string      `json:"SPDXID"`
		Name      string      `json:"name"`
		Version   string      `json:"versionInfo,omitempty"`
		Download  string      `json:"downloadLocation"`
		Analyzed  bool        `json:"filesAnalyzed"`
		Concluded string      `json:"licenseConcluded"`
		Declared  string      `json:"licenseDeclared"`
		Copyright string      `json:"copyrightText"`
		Checksums []checksum  `json:"checksums,omitempty"`
		Refs      []reference `json:"externalRefs,omitempty"`
	}
	checksum struct {
		Algorithm string `json:"algorithm"`
		Value     string `json:"checksumValue"`
	}
	reference struct {
		Category string `json:"referenceCategory"`
		Type     string `json:"referenceType"`
		Locator  string `json:"referenceLocator"`
	}
	relationship struct {
		From string `json:"spdxElementId"`
		Kind string `json:"relationshipType"`
		To   string `json:"relatedSpdxElement"`
	}
)

const (
	documentID = "SPDXRef-DOCUMENT"
	unknown    = "NOASSERTION"
	rootsPath  = "golang.org/x/crypto/x509roots/fallback"
)

// sbom returns what is in a program: the modules that it was linked of, the standard
// library, and the CA roots if they come with it.
func (p program) sbom() ([]byte, error) {
	sum := sha256.Sum256(p.binary)
	name := hex.EncodeToString(sum[:])
	own := module{
		ID: "SPDXRef-program", Name: p.info.Path, Version: p.revision, Download: unknown,
		Concluded: unknown, Declared: "Apache-2.0", Copyright: unknown, Checksums: []checksum{{"SHA256", name}},
	}
	d := document{
		Version: "SPDX-2.3", License: "CC0-1.0", ID: documentID, Name: p.info.Path + " linux/" + p.arch, Namespace: source + "/sbom/" + name,
		Creation:      creation{p.made.Format(time.RFC3339), []string{"Tool: onevent-scripts-image"}},
		Packages:      []module{own},
		Relationships: []relationship{{documentID, "DESCRIBES", own.ID}},
	}
	for _, m := range p.modules() {
		d.Packages = append(d.Packages, m)
		d.Relationships = append(d.Relationships, relationship{own.ID, "DEPENDS_ON", m.ID})
	}
	return json.MarshalIndent(d, "", "  ")
}

func (p program) modules() []module {
	modules := []module{moduleOf("stdlib", strings.TrimPrefix(p.info.GoVersion, "go"))}
	for _, m := range p.info.Deps {
		used := *cmp.Or(m.Replace, m)
		modules = append(modules, moduleOf(used.Path, used.Version))
	}
	if own, ok := debug.ReadBuildInfo(); ok && p.cloud == "gcp" {
		for _, m := range own.Deps {
			if m.Path == rootsPath {
				modules = append(modules, moduleOf(m.Path, m.Version))
			}
		}
	}
	return modules
}

func moduleOf(path, version string) module {
	name := regexp.MustCompile(`[^A-Za-z0-9.-]`).ReplaceAllString(path+"-"+version, "-")
	return module{
		ID: "SPDXRef-" + name, Name: path, Version: version, Download: unknown, Concluded: unknown, Declared: unknown, Copyright: unknown,
		Refs: []reference{{"PACKAGE-MANAGER", "purl", fmt.Sprintf("pkg:golang/%s@%s", path, version)}},
	}
}
