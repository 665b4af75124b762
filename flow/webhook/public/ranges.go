package public

import "net/netip"

// refused4 are the IPv4 addresses that are not public, see
// https://www.iana.org/assignments/iana-ipv4-special-registry, and those of clouds'
// own services among the public ones.
func refused4() []string {
	return []string{
		"0.0.0.0/8",          // this network; 0.0.0.0 is this machine
		"10.0.0.0/8",         // private
		"100.64.0.0/10",      // carriers' NAT; a cloud's metadata too
		"127.0.0.0/8",        // this machine
		"168.63.129.16/32",   // Azure's platform
		"169.254.0.0/16",     // link-local; the metadata of most clouds
		"172.16.0.0/12",      // private
		"192.0.0.0/24",       // protocol assignments; a cloud's metadata too
		"192.0.2.0/24",       // documentation
		"192.88.99.0/24",     // relays of 6to4
		"192.168.0.0/16",     // private
		"198.18.0.0/15",      // benchmarks
		"198.51.100.0/24",    // documentation
		"203.0.113.0/24",     // documentation
		"224.0.0.0/4",        // multicast
		"240.0.0.0/4",        // reserved, and broadcast
		"255.255.255.255/32", // broadcast
	}
}

// refused6 are the addresses within 2000::/3 that are not public, see
// https://www.iana.org/assignments/iana-ipv6-special-registry. Whatever is outside of
// that range is not public: this machine, private and link-local networks, multicast,
// NAT64 (64:ff9b::/96 and 64:ff9b:1::/48), IPv4 in IPv6.
func refused6() []string {
	return []string{
		"2001::/23",     // protocol assignments: Teredo, ORCHID
		"2001:db8::/32", // documentation
		"2002::/16",     // 6to4: an IPv4 address is within
		"3fff::/20",     // documentation
	}
}

// IsPublic says whether an address is one of the public Internet. An IPv4 address
// that is written as IPv6 is what it stands for.
func IsPublic(addr netip.Addr) bool {
	addr, refused := addr.Unmap(), refused4()
	if addr.Is6() {
		if refused = refused6(); addr.Zone() != "" || !netip.MustParsePrefix("2000::/3").Contains(addr) {
			return false
		}
	}
	for _, r := range refused {
		if netip.MustParsePrefix(r).Contains(addr) {
			return false
		}
	}
	return addr.IsValid()
}
