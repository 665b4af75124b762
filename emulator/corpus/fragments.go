package corpus

import (
	"slices"
	"strings"
)

// A fragment is JSON that is none, where a value should be.
type fragment struct{ name, text string }

// brokenNumbers are numbers as other languages write them.
func brokenNumbers() []fragment {
	var all []fragment
	for n := range strings.FieldsSeq("01 -01 00 +1 ++1 .5 -.5 5. -5. 1.e1 1e 1E 1e+ 1E- 1.5e 1eE2 1e1.5 0x1f 0XFF 0o17 0b1 1_000 1,000 1.2.3 " +
		"--1 - + . e1 NaN nan " +
		"-NaN Infinity -Infinity Inf -inf 1/2 1e1e1 012345 -00 0e 0e+ 1a 1_ ١٢٣ １２ ½ ∞ 1f 1n 1L 0.1.0 2e+-3 $1 #1 1% 9.e+") {
		all = append(all, fragment{"number/" + n, n})
	}
	return append(all, fragment{"number/space-after-minus", "- 1"}, fragment{"number/space-within", "1 000"}, fragment{"number/nul-after", "1\x00"})
}

func brokenStrings() []fragment {
	all := []fragment{
		{"unclosed", `"a`},
		{"single-quotes", `'a'`},
		{"backquotes", "`a`"},
		{"bare-word", `a`},
		{"curly-quotes", "“a”"},
		{"escape-x", `"\x41"`},
		{"escape-octal", `"\101"`},
		{"escape-a", `"\a"`},
		{"escape-v", `"\v"`},
		{"escape-0", `"\0"`},
		{"escape-quote", `"\'"`},
		{"escape-e", `"\e"`},
		{"escape-nothing", `"\"`},
		{"escape-newline", "\"\\\n\""},
		{"escape-u-short", `"\u00a"`},
		{"escape-u-braces", `"\u{41}"`},
		{"escape-u-nothing", `"\u"`},
		{"escape-u-not-hex", `"\u00zz"`},
		{"escape-U", `"\U00000041"`},
		{"escape-emoji", `"\😀"`},
		{"escape-space", `"\ "`},
		{"high-surrogate", `"\ud800"`},
		{"low-surrogate", `"\udc00"`},
		{"surrogates-swapped", `"\udc00\ud800"`},
		{"surrogate-twice", `"\ud800\ud800"`},
		{"surrogate-then-text", `"\ud800abc"`},
		{"surrogate-then-escape", `"\ud800\n"`},
		{"surrogate-cut", `"\ud800\u"`},
		{"surrogate-cut-low", `"\ud800\udc0"`},
		{"newline", "\"a\nb\""},
		{"return", "\"a\rb\""},
		{"tab", "\"a\tb\""},
		{"nul", "\"a\x00b\""},
		{"escape", "\"a\x1bb\""},
		{"unit-separator", "\"\x1f\""},
		{"two", `"a" "b"`},
		{"triple", `"""a"""`},
		{"concatenated", `"a"+"b"`},
		{"prefix-b", `b"a"`},
		{"prefix-r", `r"a"`},
		{"template", `${a}`},
	}
	for i, f := range all {
		all[i].name = "string/" + f.name
	}
	return all
}

func brokenStructures() []fragment {
	all := slices.Concat(brokenArrays(), brokenObjects(), brokenWords())
	for i, f := range all {
		all[i].name = "structure/" + f.name
	}
	return all
}

func broken() []fragment {
	return append(append(brokenNumbers(), brokenStrings()...), brokenStructures()...)
}

// brokenArrays are arrays that do not end, or with too many commas.
func brokenArrays() []fragment {
	return []fragment{
		{"array-unclosed", `[1`},
		{"array-comma-last", `[1,]`},
		{"array-comma-first", `[,1]`},
		{"array-commas", `[1,,2]`},
		{"array-only-comma", `[,]`},
		{"array-no-comma", `[1 2]`},
		{"array-semicolon", `[1;2]`},
		{"array-colon", `[1:2]`},
		{"array-wrong-end", `[1}`},
		{"array-open", `[`},
		{"array-close", `]`},
		{"array-two-ends", `[1]]`},
		{"array-round", `(1)`},
		{"array-comma-after", `[1],`},
	}
}

// brokenObjects are objects as other languages write them.
func brokenObjects() []fragment {
	return []fragment{
		{"object-unclosed", `{"a":1`},
		{"object-comma-last", `{"a":1,}`},
		{"object-comma-first", `{,"a":1}`},
		{"object-commas", `{"a":1,,"b":2}`},
		{"object-no-colon", `{"a" 1}`},
		{"object-equals", `{"a"=1}`},
		{"object-arrow", `{"a"=>1}`},
		{"object-two-colons", `{"a"::1}`},
		{"object-no-value", `{"a":}`},
		{"object-no-name", `{:1}`},
		{"object-bare-name", `{a:1}`},
		{"object-single-quotes", `{'a':1}`},
		{"object-number-name", `{1:1}`},
		{"object-null-name", `{null:1}`},
		{"object-array-name", `{[]:1}`},
		{"object-only-name", `{"a"}`},
		{"object-no-comma", `{"a":1 "b":2}`},
		{"object-semicolon", `{"a":1;"b":2}`},
		{"object-wrong-end", `{"a":1]`},
		{"object-open", `{`},
		{"object-close", `}`},
		{"object-two-ends", `{"a":1}}`},
		{"object-spread", `{...a}`},
		{"object-unclosed-name", `{"a:1}`},
	}
}

// brokenWords are what is neither.
func brokenWords() []fragment {
	return []fragment{
		{"comment-line", "1 // one"},
		{"comment-block", `/* one */ 1`},
		{"comment-hash", "1 # one"},
		{"comment-html", `<!-- --> 1`},
		{"comment-unclosed", `1 /*`},
		{"literal-True", `True`},
		{"literal-TRUE", `TRUE`},
		{"literal-False", `False`},
		{"literal-None", `None`},
		{"literal-nil", `nil`},
		{"literal-NULL", `NULL`},
		{"literal-undefined", `undefined`},
		{"literal-tru", `tru`},
		{"literal-nul", `nul`},
		{"literal-truetrue", `truetrue`},
		{"literal-nullx", `nullx`},
		{"nothing", ``},
		{"comma", `,`},
		{"colon", `:`},
		{"star", `*`},
		{"function", `new Date(0)`},
		{"regexp", `/a/`},
		{"html", `<b>1</b>`},
		{"yaml", "- a"},
		{"form-feed", "\f1"},
		{"vertical-tab", "\v1"},
		{"no-break-space", "\u00a01"},
		{"bom", "\ufeff1"},
		{"word-joiner", "\u20601"},
		{"nul", "\x001"},
		{"not-utf-8", "\xff"},
		{"half-a-character", "\"\xc3\""},
		{"record-separator", "\x1e1"},
		{"line-separator", "\u20281"},
		{"xssi", ")]}'\n1"},
	}
}
