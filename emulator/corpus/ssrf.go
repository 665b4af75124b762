package corpus

import (
	"fmt"
	"strings"

	"github.com/onevent/onevent/flow/webhook/public"
)

// urls has addresses that no hook may have, as anybody can see.
func urls() Group {
	g := Group{Name: "ssrf", About: "hooks at addresses that are not public"}
	var all []string
	for _, host := range private() {
		all = append(all, "https://"+host+"/", "https://"+host+":8443/hook?a=b")
	}
	all = append(all, schemes()...)
	for _, u := range all {
		g.refuse(label(u), command("hook.register", `{"hook":"ssrf","url":`+quote(u)+`,"types":["order.completed"]}`), 422)
	}
	return g
}

// private are hosts that are addresses of this machine, of networks around it, and of
// nobody.
func private() []string {
	v4 := strings.Fields("127.0.0.1 127.0.0.2 127.1.2.3 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 " +
		"100.127.255.255 168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2 169.254.169.123 " +
		"172.16.0.1 172.17.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 " +
		"198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255")
	v6 := strings.Fields("::1 :: 0:0:0:0:0:0:0:1 0000:0000:0000:0000:0000:0000:0000:0001 ::2 fc00::1 fd00::1 fd00:ec2::254 fd12:3456::1 fe80::1 " +
		"fe80::1%25eth0 fec0::1 ff02::1 ff0e::1 100::1 2001:db8::1 2001::1 2001:10::1 2002::1 3fff::1 4000::1 5f00::1 64:ff9b:1::a00:1")
	all := append([]string{}, v4...)
	for _, a := range v6 {
		all = append(all, "["+a+"]")
	}
	for _, a := range v4 { // IPv4 within IPv6
		all = append(all, "[::ffff:"+a+"]", "[64:ff9b::"+a+"]", "[::"+a+"]", "[0:0:0:0:0:FFFF:"+a+"]")
	}
	return all
}

func schemes() []string {
	all := strings.Fields("http://example.com/ HTTP://example.com/ http://169.254.169.254/ ftp://example.com/ file:///etc/passwd " +
		"file://localhost/etc/passwd gopher://127.0.0.1:6379/_x dict://127.0.0.1:11211/ ldap://127.0.0.1/ ldaps://127.0.0.1/ tftp://a/b " +
		"sftp://a/b ssh://a/ ws://example.com/ wss://example.com/ jar:https://example.com!/ javascript:alert(1) data:text/plain,x " +
		"mailto:a@example.com unix:///var/run/docker.sock about:blank view-source:https://example.com/ blob:https://example.com/x httpss://a/ " +
		"https+unix://a/ " +
		"https://user@example.com/ https://user:pass@example.com/ https://example.com@127.0.0.1/ https://:@example.com/ https://@example.com/ " +
		"https://127.0.0.1\\@example.com/ https://example.com\\@127.0.0.1/ https:127.0.0.1/ https:/127.0.0.1/ https:///127.0.0.1/ https:// https: " +
		"//127.0.0.1/ //example.com/ /etc/passwd 127.0.0.1 example.com localhost:80 ? # https://example.com/#x https://example.com/#@127.0.0.1/ " +
		"https://[127.0.0.1]/ https://[::1/ https://::1]/ https://[]/ https://[::g]/ https://[fe80::1%lo]/ https://ex%00ample.com/ https://%zz/ " +
		"https://exämple.com/ https://127。0。0。1/ https://①②⑦.⓪.⓪.① https://ｌocalhost/ https://example.com/ä https://example.com/\u202e " +
		"https://\u200bexample.com/ https://example.com:/\\x https://example.com:x/ https://example.com:-1/ https://example.com:443:443/")
	for port := range strings.FieldsSeq("0 1 21 22 25 53 80 110 143 389 444 445 2375 3306 5432 6379 8080 8500 9200 10250 11211 27017 65535 " +
		"65536 99999 00443 0443 +443 443. ４４３") {
		all = append(all, "https://example.com:"+port+"/")
	}
	return append(all, "", " ", "https://exa mple.com/", " https://example.com/", "https://example.com/ ",
		"https://example.com\r\nHost: 127.0.0.1/", "https://example.com/\r\nX: y", "https://ex\x00ample.com/",
		"https://example.com/\t", "\thttps://example.com/", "https://example.com/\x7f",
		"https://example.com/"+strings.Repeat("x", public.MaxURL), "https://"+strings.Repeat("x", 10_000))
}

// Names are addresses whose form is right: where they lead is known only when they
// are dialled. A hook may have them, and nobody who is not public is ever called.
func Names() []string {
	all := strings.Fields("localhost LOCALHOST localhost. foo.localhost localhost.localdomain ip6-localhost 127.1 127.0.1 0 0x7f000001 " +
		"0x7f.0.0.1 0x7F.1 2130706433 017700000001 0177.0.0.1 0177.0.0.01 00000177.0.0.1 127.0.0.01 127.00.0.1 0xa9fea9fe 2852039166 " +
		"0251.0376.0251.0376 169.254.43518 " +
		"0xa9.0xfe.0xa9.0xfe 10.1 0x0a000001 167772161 012.0.0.1 192.168.257 3232235521 0300.0250.0.1 4294967295 256.256.256.256 127.0.0.1.nip.io " +
		"127-0-0-1.sslip.io 169.254.169.254.nip.io localtest.me lvh.me metadata metadata.google.internal instance-data kubernetes.default.svc " +
		"host.docker.internal " +
		"gateway.docker.internal consul vault redis rebind.example wildcard.example xn--lcalhost-j2a.example 127.0.0.1. 10.0.0.1. %31%32%37.0.0.1 " +
		"a.b.c.d.e.f.g evil.internal evil.local evil.lan evil.home.arpa")
	urls := make([]string, len(all))
	for i, name := range all {
		urls[i] = fmt.Sprintf("https://%s/hook", name)
	}
	return urls
}
