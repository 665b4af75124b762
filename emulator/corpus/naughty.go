package corpus

import "strings"

// naughty are texts that programs have stumbled over.
func naughty() []string {
	return unique(words(), markup(), injections(), scripts(), invisible())
}

// words are texts that mean something somewhere.
func words() []string {
	return append(strings.Fields("undefined undef null NULL (null) nil NIL true false True TRUE None hasOwnProperty constructor __proto__ "+
		"toString then \\ \\\\ "+
		"0 1 -1 1.00 $1.00 1/2 1E2 1e309 -0 0x0 0xffffffff 0xabad1dea 123456789012345678901234567890 1.7976931348623157e+309 NaN Infinity -Infinity INF 1#QNAN "+
		"1_000 01000 08 09 2.2250738585072011e-308 ∞ ½ ٠١٢ １２３ CON PRN AUX NUL COM1 LPT1 con.txt .. . ... ~ * ? - -- - --help -rf / // C:\\ \\\\host\\share file:///etc/passwd "+
		"/dev/null /etc/passwd ../../etc/passwd ..\\..\\windows %00 %0d%0a %2e%2e%2f %s %n %x %d %@ {} {{}} ${} $() `` #{} <%= @ @@ # ; : , . ! & | ^ = + ( ) [ ] { } < > ' \" "+
		"'' \"\" ´ ` „“ «» ¿ § ° µ ß"),
		"", " ", "  ", " a", "a ", "a b", "Scunthorpe", "Null Island", "O'Brien", "D’Arcy", "Smith-Jones", "tom & jerry", "a, b", "1,2", "100 %",
		"null\\0")
}

func markup() []string {
	return []string{
		"<script>alert(1)</script>", "<script\\x20>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
		"'><script>alert(1)</script>",
		"\"><img src=x>", "</textarea><script>alert(1)</script>", "</script><script>alert(1)</script>", "<iframe src=javascript:alert(1)>",
		"javascript:alert(1)",
		"<a href=\"javascript:alert(1)\">", "<body onload=alert(1)>", "<b>bold</b>", "<!--", "-->", "<![CDATA[x]]>", "<?php echo 1; ?>",
		"<%= 1 %>", "{{7*7}}", "${7*7}", "#{7*7}",
		"{{constructor.constructor('alert(1)')()}}", "&lt;script&gt;", "&#60;", "&amp;", "&nbsp;", "<plaintext>",
		"<style>*{x:expression(1)}</style>", "<math><mi//xlink:href=\"data:x\">",
		"data:text/html,<script>alert(1)</script>", "\\u003cscript\\u003e", "%3Cscript%3E", "＜script＞", "<a\u2028b>",
		"<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]>",
		"[a](javascript:alert(1))", "![a](http://127.0.0.1/)", "<https://example.com>", "*bold* _it_", "| a | b |",
	}
}

func injections() []string {
	return []string{
		"' OR 1=1 --", "'; DROP TABLE events; --", "1; DROP TABLE events", "' UNION SELECT * FROM records --", "\" OR \"\"=\"", "admin'--",
		"1' AND SLEEP(5)#", "') OR ('1'='1",
		"%' OR 1=1 --", "_%", "\\'; --", "x'; PRAGMA writable_schema=1; --", "'||(SELECT 1)||'", "1 AND json_extract(1,'$')", "$.a", "$[*]",
		"@.length",
		"; cat /etc/passwd", "| cat /etc/passwd", "`touch /tmp/x`", "$(touch /tmp/x)", "&& ls", "; rm -rf / ;", "%0als", "\\\"; ls",
		"|| ping 127.0.0.1", "<(ls)", "$HOME", "%USERPROFILE%",
		"${jndi:ldap://127.0.0.1/a}", "${${lower:j}ndi:x}", "${env:HOME}", "() { :;}; echo x", "=1+1", "=cmd|' /C calc'!A0", "@SUM(1+1)", "+1+1",
		"-1+1", "=HYPERLINK(\"http://x\")",
		"*)(uid=*))(|(uid=*", "*)(&", "{\"$gt\":\"\"}", "{$where:1}", "';return 1;//", "a;b=c", "../", "..%2f", "a/../b", "a\\..\\b",
		"php://input", "expect://id", "zip://x",
		"(?i)(a+)+$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a|a?)+", ".*.*.*", "[", "(", "*", "+", "?", "\\", "%%%", "%n%n%n%n", "%s%s%s%s",
		"%1000000d", "{0}", "{!r}", "{self.__class__}",
		"eval(1)", "require('fs')", "__import__('os')", "System(\"ls\")", "Kernel.exit(1)", "<xsl:value-of select=\"1\"/>", "rO0ABXNy",
		"!!python/object:x", "--- !ruby/object:x", "O:8:\"stdClass\":0:{}",
	}
}

// scripts are texts in many writings: all are visible.
func scripts() []string {
	return []string{
		"田中さんにあげて下さい", "パーティーへ行かないか", "和製漢語", "部落格", "사회과학원 어학연구소", "찦차를 타고 온 펲시맨", "社會科學院語學研究所", "울란바토르", "𠜎𠜱𠝹𠱓𠱸𠲖𠳏", "表ポあA鷗ŒéＢ逍Üßªąñ丂㐀𠀀",
		"Ⱥ", "Ⱦ", "ⱥ", "İ", "ı", "ſ", "K", "Å", "Ω", "ﬁ", "ﬃ", "ß", "ẞ", "Ǆ", "ǅ", "ǆ", "ŉ", "ΐ", "ᾳ", "ᾼ", "ﷺ", "ﷲ", "ﾅﾆ", "ＡＢＣ", "𝐀𝐁𝐂", "𝔘𝔫𝔦",
		"𝕋𝕙𝕖", "𝚃𝚑𝚎", "⒯⒣⒠", "ⓐⓑ", "①②③", "Ⅷ", "㎏", "㍿",
		"é", "e\u0301", "ñ", "n\u0303", "Å", "A\u030a", "ö", "o\u0308", "q\u0307\u0323", "q\u0323\u0307", "가", "\u1100\u1161", "ậ", "a\u0323\u0302",
		"раураl", "аpple", "gооgle", "Ηello", "оrder", "ⅰⅱ", "rn", "0O", "Il1", "‚", "٫", "⁄", "∕", "․", "‥", "…", "：", "／", "＼", "．", "‐", "–",
		"—", "−",
		"😍", "👩🏽", "👨‍🦰", "👾 🙇 💁", "🐵 🙈 🙉 🙊", "✋🏿 💪🏿", "👨‍👩‍👦", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇺🇸🇷🇺", "🇺🇸🇷🇺🇸 ", "🇦", "0️⃣ 1️⃣", "☺", "☺️", "❤", "❤️",
		"Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤ ̖t̝͕̳̣̻̪͞", "̗̺͖̹̯͓Ṯ̤͍̥͇͈h̲́e͏͓̼̗̙̼̣͔", "ด้้้้้็็็็็้้้้้็็็็็", "ﷺ ﷻ", "⁰⁴⁵", "₀₁₂", "ᵍᵒᵒᵈ",
		"הָיְתָהtestالصفحات", "بِسْمِ اللّٰهِ", "שלום", "مُنَاقَشَةُ سُبُلِ", "नमस्ते", "क्षि", "ไม่มี", "ສະບາຍດີ", "မြန်မာ", "ខ្មែរ", "தமிழ்",
		"ಕನ್ನಡ", "Ελληνικά", "Русский", "Українська", "հայերեն", "ქართული", "አማርኛ",
		"ᚠᛇᚻ", "𐍈", "𓀀", "𒀀", "𐎀", "🂡", "♔", "♪", "☃", "⌘", "£€¥₿", "ÅÍÎÏ˝ÓÔ", "Œ„´‰ˇÁ¨ˆØ∏”’", "`⁄€‹›ﬁﬂ‡°·‚—±", "¡™£¢∞§¶•ªº–≠", "(╯°□°）╯︵ ┻━┻",
		"( ͡° ͜ʖ ͡°)", "¯\\_(ツ)_/¯", "ʕ•ᴥ•ʔ", "ಠ_ಠ", "□",
	}
}

// invisible are texts with characters that nobody sees: each is refused in a text for
// people.
func invisible() []string {
	var all []string
	for c := range 0x20 {
		all = append(all, "a"+string(rune(c))+"b")
	}
	for _, c := range "\u007f\u0080\u0085\u009b\u009f\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u180e\u2000\u2001\u2002\u2003\u2007\u2009\u200a\u200b\u200c\u200e\u200f" +
		"\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u205f\u2060\u2061\u2064\u2066\u2067\u2068\u2069\u206a\u206f\u3000\ue000\uf8ff\ufdd0\ufeff\ufff9\ufffb\ufffe\uffff" +
		"\U0001d173\U000e0001\U000e0041\U000e007f\U000f0000\U0010fffd\U0010ffff" {
		all = append(all, "a"+string(c)+"b")
	}
	return append(all, "\u202etxt.exe", "\x1b[31mred", "\x1b]0;title\x07", "\x1b[2J", "a\r\nSet-Cookie: x=1", "a\r\n\r\n<html>", "\ufeffa", "a\u200b", "\tz", "a\n", "\u2066a\u2069", "\u202a\u202atest\u202a")
}
