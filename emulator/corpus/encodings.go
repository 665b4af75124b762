package corpus

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// encodings has bytes that are no UTF-8, in each field, and bodies in other encodings.
func encodings(targets []target) Group {
	g := Group{Name: "encoding", About: "bytes that are no UTF-8, and bodies in other encodings"}
	for _, t := range targets {
		for _, f := range t.fields {
			if f.Type != "string" {
				continue
			}
			for name, bytes := range notUTF8() {
				g.refuse(name+"@"+t.name+"/"+f.path, t.with(f, `"a`+bytes+`b"`), 400)
			}
			g.refuse("name/ff@"+t.name+"/"+f.path, t.beside(f, "\"\xff"+f.Name+`":1,`), 400)
		}
		for name, body := range map[string]string{
			"utf-16-le": utf16Of(t.body, binary.LittleEndian), "utf-16-be": utf16Of(t.body, binary.BigEndian),
			"utf-16-le-bom": "\xff\xfe" + utf16Of(t.body, binary.LittleEndian), "utf-16-be-bom": "\xfe\xff" + utf16Of(t.body, binary.BigEndian),
			"utf-32-le": utf32Of(t.body), "utf-8-bom": "\xef\xbb\xbf" + t.body, "utf-7": strings.ReplaceAll(t.body, `"`, "+ACI-"),
			"ebcdic": "\xc0\x7f\x96\x99\x84\x85\x99\x7f\x7a\x7f\xf1\x7f\xd0", "nul-padded": strings.Repeat("\x00", 8) + t.body,
			"all-bytes": allBytes(),
			"cbor":      "\xa1\x65order\x611", "msgpack": "\x81\xa5order\xa11", "bson": "\x16\x00\x00\x00\x02order\x00\x02\x00\x00\x001\x00\x00",
			"protobuf": "\x0a\x011\x12\x011",
			"gzip":     "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", "zip": "PK\x03\x04", "pickle": "\x80\x04\x95.", "java": "\xac\xed\x00\x05",
		} {
			g.refuse("body/"+name+"@"+t.name, command(t.name, body), 400)
		}
	}
	return g
}

// notUTF8 returns bytes that are no character.
func notUTF8() map[string]string {
	return map[string]string{
		"80": "\x80", "bf": "\xbf", "c0": "\xc0", "c1": "\xc1", "f5": "\xf5", "fe": "\xfe", "ff": "\xff", "latin-1": "caf\xe9",
		"windows-1252": "\x93x\x94", "shift-jis": "\x83\x5c",
		"euc-jp": "\xa4\xa2", "gbk": "\xc4\xe3", "cut-2": "\xc3", "cut-3": "\xe2\x82", "cut-4": "\xf0\x9f\x98", "overlong-slash-2": "\xc0\xaf",
		"overlong-slash-3": "\xe0\x80\xaf",
		"overlong-slash-4": "\xf0\x80\x80\xaf", "overlong-nul": "\xc0\x80", "overlong-quote": "\xc0\xa2", "overlong-dot": "\xc0\xae",
		"surrogate-high": "\xed\xa0\x80",
		"surrogate-low":  "\xed\xb0\x80", "cesu-8": "\xed\xa0\xbd\xed\xb8\x80", "beyond": "\xf4\x90\x80\x80", "five-bytes": "\xf8\x88\x80\x80\x80",
		"six-bytes":            "\xfc\x84\x80\x80\x80\x80",
		"lone-after-character": "é\xa9", "swapped": "\xa9\xc3", "bom-16": "\xff\xfe",
	}
}

func utf16Of(text string, order binary.AppendByteOrder) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

func utf32Of(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) { // which is ASCII
		b.Write([]byte{c, 0, 0, 0})
	}
	return b.String()
}

func allBytes() string {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return string(b)
}
