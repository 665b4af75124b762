package corpus

import "strings"

// opening returns the beginning of a request with a body.
func opening(path string) string {
	return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + asJSON + "\r\n"
}

// around returns a request with some headers and no chunks, and a command after it: if
// that were executed, something would be stored.
func around(path, header, name string) string {
	id := "smuggled-" + name + strings.ReplaceAll(path, "/", "-")
	hidden := command("consumer.register", `{"consumer":"`+id+`","name":"Mallory"}`)
	return opening(path) + header + "\r\n\r\n0\r\n\r\n" + string(hidden.bytes())
}

// smuggling has requests of whose body two readers may find two ends.
func smuggling() Group {
	g := Group{Name: "smuggling", About: "requests that two readers part in two ways, with a command in what is left"}
	for _, path := range []string{"/commands/order.cancel", "/webhooks/payments", "/parked/redrive", "/nowhere"} {
		for name, lengths := range wrongLengths() {
			g.raw(name+"@"+path, around(path, lengths, name), Malformed, 400)
		}
		for name, encoding := range wrongCodings() {
			g.raw("encoding-"+name+"@"+path, around(path, "Transfer-Encoding: "+encoding, name), Unsupported, 501, 400)
			g.raw("length-and-encoding-"+name+"@"+path, around(path, "Content-Length: 4\r\nTransfer-Encoding: "+encoding, name), Unsupported, 501, 400)
		}
		for name, both := range bothLengths() {
			g.raw("both/"+name+"@"+path, around(path, both, name), Malformed)
		}
		for name, chunks := range wrongChunks() {
			g.raw("chunks/"+name+"@"+path, opening(path)+"Transfer-Encoding: chunked\r\n\r\n"+chunks, Malformed)
		}
	}
	return g
}

// wrongLengths are headers that say in no clear way how long a body is.
func wrongLengths() map[string]string {
	return map[string]string{
		"two-lengths": "Content-Length: 5\r\nContent-Length: 0", "two-lengths-comma": "Content-Length: 5, 0", "length-plus": "Content-Length: +5",
		"length-minus": "Content-Length: -1", "length-hex": "Content-Length: 0x5",
		"length-float": "Content-Length: 5.0", "length-exponent": "Content-Length: 5e0", "length-text": "Content-Length: five",
		"length-empty": "Content-Length:", "length-spaces": "Content-Length: 5 5", "length-underscore": "Content-Length: 1_0",
		"length-overflow": "Content-Length: 18446744073709551617", "length-long": "Content-Length: " + strings.Repeat("9", 400),
		"length-unicode": "Content-Length: ５", "length-null": "Content-Length: 5\x00", "length-quoted": "Content-Length: \"5\"",
		"length-before-colon": "Content-Length : 5", "length-tab-before-colon": "Content-Length\t: 5",
		"length-bare-return":   "X: y\rContent-Length: 5",
		"chunked-before-colon": "Transfer-Encoding : chunked", "chunked-tab-before-colon": "Transfer-Encoding\t: chunked",
		"chunked-nul": "Transfer-Encoding: chunked\x00", "chunked-name-nul": "Transfer\x00-Encoding: chunked",
		"chunked-newline": "Transfer-Encoding:\n chunked\x00", "chunked-space-in-name": "Transfer Encoding: chunked", "name-empty": ": chunked",
		"name-only": "Transfer-Encoding", "name-bytes": "Tr\xffansfer-Encoding: chunked",
	}
}

// wrongCodings are values of Transfer-Encoding that nobody has to know.
func wrongCodings() map[string]string {
	return map[string]string{
		"gzip": "gzip", "identity": "identity", "chunked-identity": "chunked, identity", "identity-chunked": "identity, chunked",
		"gzip-chunked": "gzip, chunked", "chunked-twice": "chunked, chunked", "xchunked": "xchunked", "chunk": "chunk",
		"chunked-parameter": "chunked;a=b", "chunked-quoted": `"chunked"`, "chunked-comma": "chunked,", "empty": "",
		"vertical-tab": "\x0bchunked", "chunked-unicode": "chun\u212aed", "two-lines": "chunked\r\nTransfer-Encoding: identity",
		"cow": "cow\r\nTransfer-Encoding: chunked",
	}
}

// bothLengths are headers with a length, and chunks too.
func bothLengths() map[string]string {
	return map[string]string{
		"length-first": "Content-Length: 4\r\nTransfer-Encoding: chunked", "chunked-first": "Transfer-Encoding: chunked\r\nContent-Length: 4",
		"capitals": "CONTENT-LENGTH: 4\r\nTRANSFER-ENCODING: CHUNKED", "spaced": "Content-Length: 4\r\nTransfer-Encoding:   chunked  ",
		"tab": "Content-Length: 4\r\nTransfer-Encoding:\tchunked", "folded": "Content-Length: 4\r\nTransfer-Encoding:\r\n chunked",
		"zero": "Content-Length: 0\r\nTransfer-Encoding: chunked", "huge": "Content-Length: 999999\r\nTransfer-Encoding: chunked",
	}
}

// wrongChunks are chunks that are none, or whose body is refused.
func wrongChunks() map[string]string {
	return map[string]string{
		"size-hex-prefix": "0x2\r\n[]\r\n0\r\n\r\n", "size-minus": "-2\r\n[]\r\n0\r\n\r\n", "size-plus": "+2\r\n[]\r\n0\r\n\r\n",
		"size-overflow": "fffffffffffffffff\r\n[]\r\n0\r\n\r\n", "size-text": "two\r\n[]\r\n0\r\n\r\n", "size-empty": "\r\n[]\r\n0\r\n\r\n",
		"size-underscore": "1_0\r\n[]\r\n0\r\n\r\n", "too-long": "1\r\n[]\r\n0\r\n\r\n", "too-short": "5\r\n[]\r\n0\r\n\r\n",
		"no-end": "2\r\n[]\r\n", "no-newline": "2\r\n[]0\r\n\r\n", "long-extension": "2;" + strings.Repeat("a", 10_000) + "\r\n[]\r\n0\r\n\r\n",
		"bare-newlines": "2\n[]\n0\n\n", "size-space": "2 2\r\n[]\r\n0\r\n\r\n", "nul": "2\x00\r\n[]\r\n0\r\n\r\n",
		"extension-return": "2;a\rb\r\n[]\r\n0\r\n\r\n", "largest": "7fffffffffffffff\r\n[]", "bad-trailer": "2\r\n[]\r\n0\r\nX Y: z\r\n\r\n",
	}
}
