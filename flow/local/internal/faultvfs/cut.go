package faultvfs

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

// An Image is what is on a disk: the content of each file by its name.
type Image map[string][]byte

// WriteTo writes the files into a folder.
func (i Image) WriteTo(dir string) error {
	for name, content := range i {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// Cut returns what is on the disk if its power is cut after the first n
// operations. What was not synced then is there or not as random decides.
func (r Recording) Cut(n int, random *rand.Rand) Image {
	p := &platter{random: random, sector: 512, names: map[string]int{}}
	if random.IntN(2) == 0 {
		p.sector = 4096
	}
	switch random.IntN(4) {
	case 0:
		p.survives = 0
	case 1:
		p.survives = 1
	default:
		p.survives = random.Float64()
	}
	for _, op := range r[:n] {
		p.apply(op)
	}
	return p.cut()
}

// A platter is what is on a disk for sure, and what is on its way there.
type platter struct {
	random   *rand.Rand
	sector   int
	survives float64 // how likely it is that something that was not synced is there
	files    []platterFile
	names    map[string]int
	renames  []Op // of names, on their way
}

type platterFile struct {
	content []byte
	writes  []Op // on their way
}

func (p *platter) apply(op Op) {
	for op.file >= len(p.files) {
		p.files = append(p.files, platterFile{})
	}
	f := &p.files[op.file]
	switch op.kind {
	case found:
		f.content = bytes.Clone(op.data)
		p.names[op.name] = op.file
	case write, truncate:
		f.writes = append(f.writes, op)
	case syncFile:
		for _, w := range f.writes {
			f.write(w)
		}
		f.writes = nil
	case syncFailed:
		p.lose(f)
	case create, remove, rename:
		p.renames = append(p.renames, op)
	case syncFolder:
		for _, op := range p.renames {
			p.rename(op)
		}
		p.renames = nil
	}
}

// cut returns what is left.
func (p *platter) cut() Image {
	for _, op := range p.renames {
		if p.lucky() {
			p.rename(op)
		}
	}
	image := Image{}
	for _, name := range slices.Sorted(maps.Keys(p.names)) { // in order, so that a seed tells all
		f := &p.files[p.names[name]]
		p.lose(f)
		image[name] = f.content
	}
	return image
}

func (p *platter) lucky() bool { return p.random.Float64() < p.survives }

func (p *platter) rename(op Op) {
	switch op.kind {
	case create:
		p.names[op.name] = op.file
	case remove:
		if p.names[op.name] == op.file {
			delete(p.names, op.name)
		}
	case rename:
		if have, ok := p.names[op.name]; ok && have == op.file {
			delete(p.names, op.name)
		}
		p.names[op.to] = op.file
	default: // no name changes
	}
}

// lose decides what of that which is on its way arrives: each sector of each
// write for itself, so that of several writes to one sector any may be the last
// one to arrive.
func (p *platter) lose(f *platterFile) {
	for _, w := range f.writes {
		if w.kind == truncate {
			if p.lucky() {
				f.write(w)
			}
			continue
		}
		for len(w.data) > 0 {
			n := min(len(w.data), p.sector-int(w.offset)%p.sector)
			part := w
			part.data = w.data[:n]
			if p.random.IntN(20) == 0 {
				part.data = part.data[:p.random.IntN(n)] // torn
			}
			if p.lucky() && len(part.data) > 0 {
				f.write(part)
			}
			w.data, w.offset = w.data[n:], w.offset+int64(n)
		}
	}
	f.writes = nil
}

func (f *platterFile) write(op Op) {
	end := op.offset + int64(len(op.data))
	if op.kind == truncate && int64(len(f.content)) > op.offset {
		f.content = f.content[:op.offset:op.offset]
	}
	if grow := end - int64(len(f.content)); grow > 0 {
		f.content = append(f.content, make([]byte, grow)...)
	}
	copy(f.content[op.offset:], op.data)
}
