package local

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// The format of a write-ahead log, see https://www.sqlite.org/fileformat2.html#walformat.
const (
	walHeader      = 32
	walFrameHeader = 24
	walMagic       = 0x377f0682 // its last bit says that checksums are of big-endian words
)

// unconfirmed is how many transactions may lie behind the end of a write-ahead
// log: one that a power cut interrupted, and one that was left over from an
// earlier one.
const unconfirmed = 2

// checkWAL returns an error if transactions lie behind what SQLite takes for the
// end of a write-ahead log: the first frame whose checksum is wrong. A power cut
// leaves one there at most, since each is synced before the next begins. More of
// them were confirmed, and a frame before them was changed since; to go on would
// be to drop them. The last transactions themselves, and the log's own header,
// cannot be told from what a power cut leaves.
func checkWAL(file string) (err error) {
	f, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	behind, err := behindEnd(bufio.NewReaderSize(f, 1<<20))
	if err == nil && behind > unconfirmed {
		err = fmt.Errorf("%w: %s has %d transactions behind a frame that was changed; put back a copy from a backup; the file was left as it is",
			ErrDamaged, file, behind)
	}
	return err
}

// behindEnd counts the transactions that end behind the first frame that is not
// what was written.
func behindEnd(r io.Reader) (n int, err error) {
	var header [walHeader]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return 0, ignoreEnd(err)
	}
	magic, pageSize := binary.BigEndian.Uint32(header[:]), binary.BigEndian.Uint32(header[8:])
	if magic&^1 != walMagic || pageSize < smallestFile || pageSize > 1<<16 {
		return 0, nil // never finished
	}
	var order binary.ByteOrder = binary.LittleEndian
	if magic&1 == 1 {
		order = binary.BigEndian
	}
	sum := walSum{}.add(order, header[:24])
	valid := sum.is(header[24:])
	if !valid {
		return 0, nil
	}
	frame := make([]byte, walFrameHeader+pageSize)
	for {
		if _, err := io.ReadFull(r, frame); err != nil {
			return n, ignoreEnd(err)
		}
		if [8]byte(frame[8:16]) != [8]byte(header[16:24]) {
			valid = false // a frame of an earlier log
			continue
		}
		if valid {
			sum = sum.add(order, frame[:8]).add(order, frame[walFrameHeader:])
			valid = sum.is(frame[16:])
		}
		if !valid && binary.BigEndian.Uint32(frame[4:]) != 0 {
			n++ // it ends a transaction
		}
	}
}

// ignoreEnd returns nil for what says that a file ends.
func ignoreEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// A walSum is a checksum over everything from the beginning of the log.
type walSum [2]uint32

func (s walSum) add(order binary.ByteOrder, data []byte) walSum {
	for i := 0; i+8 <= len(data); i += 8 {
		s[0] += order.Uint32(data[i:]) + s[1]
		s[1] += order.Uint32(data[i+4:]) + s[0]
	}
	return s
}

func (s walSum) is(stored []byte) bool {
	return s[0] == binary.BigEndian.Uint32(stored) && s[1] == binary.BigEndian.Uint32(stored[4:])
}
