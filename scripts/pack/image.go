package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const (
	// certificates is where Go's crypto/x509 looks first.
	certificates = "etc/ssl/certs/ca-certificates.crt"
	executable   = "onevent"
	source       = "https://github.com/onevent/onevent"
)

// user is a number: nobody has a name where there is no /etc/passwd.
const user = "65532:65532"

// makeImage writes the image of a program as an OCI layout, and pushes it if it is to.
func (o options) makeImage(ctx context.Context, p program, sbom []byte, out io.Writer) error {
	image, err := p.image()
	if err != nil {
		return err
	}
	if err := writeLayout(o.output, image, v1.Platform{OS: "linux", Architecture: p.arch}); err != nil {
		return err
	}
	digest, err := image.Digest()
	if err != nil {
		return err
	}
	size, err := sizeOf(image)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "image   ", o.output)
	fmt.Fprintln(out, "platform", "linux/"+p.arch)
	fmt.Fprintln(out, "digest  ", digest)
	fmt.Fprintf(out, "size     %d bytes compressed, the program has %d\n", size, len(p.binary))
	if o.push == "" {
		return nil
	}
	pushed, err := push(ctx, o.push, image, sbom)
	if err == nil {
		fmt.Fprintln(out, "pushed  ", pushed)
	}
	return err
}

// image returns the image of a program. The roots are a layer of their own, which
// stays the same while the program changes.
func (p program) image() (v1.Image, error) {
	trusted, err := roots()
	if err != nil {
		return nil, err
	}
	lower, err := layer(certificates, trusted, 0o444, p.made)
	if err != nil {
		return nil, err
	}
	upper, err := layer(executable, p.binary, 0o555, p.made)
	if err != nil {
		return nil, err
	}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err := mutate.Append(base, p.addendum(lower, "CA roots"), p.addendum(upper, "the program"))
	if err != nil {
		return nil, err
	}
	file, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	file = file.DeepCopy()
	file.Architecture, file.OS, file.Created = p.arch, "linux", v1.Time{Time: p.made}
	file.Config = v1.Config{User: user, WorkingDir: "/", Entrypoint: []string{"/" + executable}, Labels: p.labels()}
	return mutate.ConfigFile(image, file)
}

func (p program) addendum(l v1.Layer, what string) mutate.Addendum {
	return mutate.Addendum{Layer: l, History: v1.History{Created: v1.Time{Time: p.made}, CreatedBy: "scripts/image", Comment: what}}
}

func (p program) labels() map[string]string {
	labels := map[string]string{
		"org.opencontainers.image.title": "onevent", "org.opencontainers.image.source": source, "org.opencontainers.image.licenses": "Apache-2.0",
	}
	if p.revision != "" {
		labels["org.opencontainers.image.revision"] = p.revision
	}
	return labels
}

// layer returns a layer that is one file, which belongs to root.
func layer(name string, content []byte, mode int64, made time.Time) (v1.Layer, error) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for at, c := range name {
		if c == '/' {
			if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name[:at+1], Mode: 0o755, ModTime: made, Format: tar.FormatUSTAR}); err != nil {
				return nil, err
			}
		}
	}
	header := tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(content)), Mode: mode, ModTime: made, Format: tar.FormatUSTAR}
	if err := w.WriteHeader(&header); err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(archive.Bytes())), nil }
	return tarball.LayerFromOpener(open, tarball.WithCompressionLevel(gzip.BestCompression),
		tarball.WithMediaType(types.OCILayer), tarball.WithCompressedCaching)
}

// writeLayout writes an image as an OCI layout. A layout that is there is replaced;
// a folder with something else is not.
func writeLayout(dir string, image v1.Image, platform v1.Platform) error {
	there, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "oci-layout")); err != nil && len(there) > 0 {
		return fmt.Errorf("%s is there, and no OCI layout", dir)
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	path, err := layout.Write(dir, empty.Index)
	if err != nil {
		return err
	}
	return path.AppendImage(image, layout.WithPlatform(platform))
}

// sizeOf returns how many bytes are pulled.
func sizeOf(image v1.Image) (int64, error) {
	manifest, err := image.Manifest()
	if err != nil {
		return 0, err
	}
	size := manifest.Config.Size
	for _, l := range manifest.Layers {
		size += l.Size
	}
	return size, nil
}
