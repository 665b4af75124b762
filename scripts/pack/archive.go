package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"time"
)

// bootstrap is what Lambda starts.
const bootstrap = "bootstrap"

// makeArchive writes the archive of a program.
func (o options) makeArchive(p program, out io.Writer) error {
	archive, err := p.archive()
	if err != nil {
		return err
	}
	if err := os.WriteFile(o.output, archive, 0o600); err != nil {
		return err
	}
	fmt.Fprintln(out, "archive ", o.output)
	fmt.Fprintln(out, "platform", "linux/"+p.arch)
	fmt.Fprintf(out, "digest   sha256:%x\n", sha256.Sum256(archive))
	fmt.Fprintf(out, "size     %d bytes compressed, the program has %d\n", len(archive), len(p.binary))
	return nil
}

// archive returns a zip archive with the program alone. Its time is the first that
// zip knows, not that of the commit: Lambda is not to deploy again what has not changed.
func (p program) archive() ([]byte, error) {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	w.RegisterCompressor(zip.Deflate, func(to io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(to, flate.BestCompression)
	})
	header := zip.FileHeader{Name: bootstrap, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
	header.SetMode(0o755)
	file, err := w.CreateHeader(&header)
	if err != nil {
		return nil, err
	}
	if _, err := file.Write(p.binary); err != nil {
		return nil, err
	}
	err = w.Close()
	return archive.Bytes(), err
}
