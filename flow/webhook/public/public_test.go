package public_test

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/webhook/public"
)

// A names is a DNS server on loopback that answers every question for an IPv4
// address with the next of its addresses, and the last one from then on.
type names struct {
	addrs []netip.Addr
	asked atomic.Int32
}

// resolver starts the server and returns a resolver that asks nobody else.
func (n *names) resolver(t *testing.T) *net.Resolver {
	t.Helper()
	var c net.ListenConfig
	conn, err := c.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buffer := make([]byte, 512)
		for {
			size, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			if answer := n.answer(buffer[:size]); answer != nil {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// answer answers a question: header, question, and one address for a question of
// type A (1) or AAAA (28).
func (n *names) answer(q []byte) []byte {
	end := 12
	for end < len(q) && q[end] != 0 {
		end += int(q[end]) + 1
	}
	if end+5 > len(q) {
		return nil
	}
	question := q[12 : end+5]
	kind := binary.BigEndian.Uint16(question[len(question)-4:])
	addr := n.addrs[min(int(n.asked.Load()), len(n.addrs)-1)]
	count := byte(0)
	if kind == 1 && addr.Is4() || kind == 28 && addr.Is6() {
		count = 1
		n.asked.Add(1)
	}
	a := append([]byte{q[0], q[1], 0x81, 0x80, 0, 1, 0, count, 0, 0, 0, 0}, question...)
	if count == 1 {
		a = append(a, 0xc0, 12, 0, byte(kind), 0, 1, 0, 0, 0, 0, 0, byte(len(addr.AsSlice())))
		a = append(a, addr.AsSlice()...)
	}
	return a
}

// corpus are addresses that must not be called, in all the spellings that lead
// there.
func corpus() []string {
	return []string{
		// this machine
		"https://127.0.0.1/", "https://127.0.0.2/", "https://127.255.255.254/", "https://127.1/", "https://127.0.1/",
		"https://0x7f000001/", "https://0x7f.0.0.1/", "https://2130706433/", "https://0177.0.0.1/", "https://017700000001/",
		"https://0/", "https://0.0.0.0/", "https://0.1.2.3/", "https://localhost/", "https://LOCALHOST/", "https://localhost./",
		"https://foo.localhost/", "https://[::1]/", "https://[::]/", "https://[0:0:0:0:0:0:0:1]/", "https://127.0.0.1.nip.io/",
		"https://127。0。0。1/", "https://①②⑦.⓪.⓪.①/", "https://127.0.0.1%2f@example.com/", "https://[::1%25lo]/",
		// IPv4 within IPv6
		"https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::127.0.0.1]/", "https://[::ffff:169.254.169.254]/",
		"https://[::ffff:10.0.0.1]/", "https://[64:ff9b::127.0.0.1]/", "https://[64:ff9b::a9fe:a9fe]/", "https://[64:ff9b:1::a00:1]/",
		"https://[2002:7f00:1::]/", "https://[2002:a9fe:a9fe::]/", "https://[2001:0:a9fe:a9fe::1]/", "https://[::ffff:0:127.0.0.1]/",
		// private networks, carriers' NAT
		"https://10.0.0.1/", "https://10.255.255.255/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.0.1/",
		"https://192.168.255.255/", "https://100.64.0.1/", "https://100.127.255.255/", "https://[fc00::1]/", "https://[fd12:3456::1]/",
		"https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[fec0::1]/",
		// metadata of clouds
		"https://169.254.169.254/latest/meta-data/", "https://169.254.170.2/v2/credentials", "https://169.254.0.1/",
		"https://[fd00:ec2::254]/", "https://100.100.100.200/", "https://168.63.129.16/", "https://192.0.0.192/",
		"https://metadata.google.internal/computeMetadata/v1/", "https://metadata/", "https://instance-data/", "https://0xa9fea9fe/",
		"https://2852039166/", "https://0251.0376.0251.0376/", "https://169.254.43518/",
		// what is nobody's
		"https://192.0.2.1/", "https://198.51.100.1/", "https://203.0.113.1/", "https://198.18.0.1/", "https://198.19.255.255/",
		"https://192.88.99.1/", "https://224.0.0.1/", "https://239.255.255.255/", "https://240.0.0.1/", "https://255.255.255.255/",
		"https://[ff02::1]/", "https://[2001:db8::1]/", "https://[100::1]/", "https://[3fff::1]/", "https://[5f00::1]/", "https://[4000::1]/",
		// no https, other ports, and what is no address at all
		"http://example.com/", "http://169.254.169.254/", "ftp://example.com/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_x",
		"dict://127.0.0.1:11211/", "ldap://127.0.0.1/", "jar:https://example.com!/", "javascript:alert(1)", "data:text/plain,x", "unix:///var/run/docker.sock",
		"https://example.com:22/", "https://example.com:6379/", "https://example.com:80/", "https://example.com:0/", "https://example.com:65536/",
		"https://user@example.com/", "https://user:pass@example.com/", "https://example.com@127.0.0.1/", "https://127.0.0.1\\@example.com/",
		"https:127.0.0.1/", "https:///127.0.0.1/", "https://", "//127.0.0.1/", "127.0.0.1", "", "https://example.com/#x", "https://exa mple.com/",
		"https://example.com\r\nHost: 127.0.0.1/", "https://[127.0.0.1]/", "https://[::1/", "https://%31%32%37.0.0.1/", "https://ex\x00ample.com/",
		"https://example.com/" + strings.Repeat("x", public.MaxURL),
	}
}

// All names stand for this machine here, as those of the corpus may.
func TestNothingThatIsNotPublicIsCalled(t *testing.T) {
	t.Parallel()
	n := &names{addrs: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}
	client := public.Client(public.Options{Resolver: n.resolver(t)})
	t.Logf("%d addresses", len(corpus()))
	for _, address := range corpus() {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader("{}"))
		if err == nil {
			var response *http.Response
			if response, err = client.Do(request); err == nil {
				response.Body.Close()
			}
			if !errors.Is(err, public.ErrRefused) && !strings.Contains(err.Error(), "no such host") && !strings.Contains(err.Error(), "no Host") &&
				!strings.Contains(err.Error(), "unsupported protocol") {
				t.Errorf("%q: %v", address, err)
			}
		}
		if err == nil {
			t.Errorf("%q was called", address)
		}
		cancel()
	}
}

// A server within: whoever gets through to it is counted.
func within(t *testing.T, handle http.HandlerFunc) (server *httptest.Server, calls *atomic.Int32) {
	t.Helper()
	calls = &atomic.Int32{}
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if handle != nil {
			handle(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server, calls
}

// The name is public when somebody looks, and this machine when it is dialled.
func TestANameThatFlipsIsRefusedWhenDialled(t *testing.T) {
	t.Parallel()
	for _, to := range []string{"127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00:ec2::254", "64:ff9b::7f00:1", "0.0.0.0"} {
		n := &names{addrs: []netip.Addr{netip.MustParseAddr("93.184.216.34"), netip.MustParseAddr(to)}}
		resolver := n.resolver(t)
		found, err := resolver.LookupNetIP(t.Context(), "ip4", "flip.example.")
		if err != nil || len(found) != 1 || !public.IsPublic(found[0]) {
			t.Fatalf("the first look: %v, %v", found, err)
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://flip.example./", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := public.Client(public.Options{Resolver: resolver}).Do(request)
		if err == nil {
			response.Body.Close()
		}
		if !errors.Is(err, public.ErrRefused) || !strings.Contains(err.Error(), "is not public") {
			t.Errorf("%s: %v", to, err)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	inner, calls := within(t, nil)
	outer, _ := within(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, inner.URL, http.StatusTemporaryRedirect)
	})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, outer.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := public.Client(public.Options{Development: true}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusTemporaryRedirect || calls.Load() != 0 {
		t.Fatalf("%d, %d calls", response.StatusCode, calls.Load())
	}
}

func TestAProxyIsNotAsked(t *testing.T) {
	proxy, calls := within(t, nil)
	t.Setenv("HTTPS_PROXY", proxy.URL)
	n := &names{addrs: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://example.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := public.Client(public.Options{Resolver: n.resolver(t)}).Do(request)
	if err == nil {
		response.Body.Close()
	}
	if !errors.Is(err, public.ErrRefused) || calls.Load() != 0 {
		t.Fatalf("%v, the proxy was asked %d times", err, calls.Load())
	}
}

func TestWhatIsPublicIsCalled(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{
		"1.1.1.1", "8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
		"192.169.0.0", "11.0.0.0", "9.255.255.255", "128.0.0.0", "126.255.255.255", "223.255.255.255", "::ffff:8.8.8.8",
		"2606:4700:4700::1111", "2001:4860:4860::8888", "2001:200::1", "2a00:1450::1", "3ffe::1",
	} {
		if !public.IsPublic(netip.MustParseAddr(addr)) {
			t.Errorf("%s is refused", addr)
		}
	}
	if public.IsPublic(netip.Addr{}) {
		t.Error("no address is public")
	}
	for _, address := range []string{"https://example.com/", "https://example.com:8443/a?b=c", "https://1.1.1.1/", "https://[2606:4700:4700::1111]:443/x"} {
		if err := (public.Options{}).Check(address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	server, calls := within(t, nil)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := public.Client(public.Options{Development: true}).Do(request)
	if err != nil || calls.Load() != 1 {
		t.Fatalf("%v, %d calls", err, calls.Load())
	}
	response.Body.Close()
}
