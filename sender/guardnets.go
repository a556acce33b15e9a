package sender

import (
	"encoding/binary"
	"net/netip"
)

// neverReached lists the networks no webhook has business with. Private and loopback networks are not among them: this program exists to
// reach listeners on a developer's machine.
func neverReached() []netip.Prefix {
	return []netip.Prefix{
		v4net(0, 0, 0, 0, 8),              // "this network" (RFC 1122); Linux takes 0.0.0.0 for loopback
		v4net(169, 254, 0, 0, 16),         // link-local (RFC 3927); the metadata services of AWS, GCP, Azure, Oracle and others
		v4net(100, 100, 100, 200, 32),     // metadata of Alibaba Cloud
		v4net(168, 63, 129, 16, 32),       // platform channel of Azure
		v4net(192, 0, 0, 192, 32),         // metadata of Oracle Cloud Classic
		v4net(224, 0, 0, 0, 4),            // multicast (RFC 5771)
		v4net(255, 255, 255, 255, 32),     // limited broadcast
		v6net(128),                        // ::, unspecified
		v6net(10, 0xfe80),                 // link-local (RFC 4291)
		v6net(8, 0xff00),                  // multicast (RFC 4291)
		v6net(32, 0xfd00, 0x0ec2),         // metadata of AWS: fd00:ec2::254, ::23 and their neighbours
		v6net(64, 0xfd20, 0x00ce),         // metadata of GCP: fd20:ce::254
		v6net(64, 0xfd00, 0x0042),         // metadata of Scaleway: fd00:42::42
		v6net(48, 0x0064, 0xff9b, 0xffff), // reserved beside the NAT64 prefixes, never a host
	}
}

// neverNamed lists the names that cloud machines know their metadata service by. Elsewhere they do not resolve; there the addresses behind
// them are refused too, but a subscription that can never be delivered to is better not made.
func neverNamed() []string {
	return []string{"metadata.google.internal", "metadata.goog", "instance-data.ec2.internal", "metadata.tencentyun.com"}
}

func v4net(a, b, c, d byte, bits int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{a, b, c, d}), bits)
}

func v6net(bits int, groups ...uint16) netip.Prefix {
	var b [16]byte
	for i, g := range groups {
		binary.BigEndian.PutUint16(b[2*i:], g)
	}
	return netip.PrefixFrom(netip.AddrFrom16(b), bits)
}

// embedded returns the IPv4 addresses that an IPv6 address may be translated or tunnelled to: IPv4-compatible (RFC 4291), IPv4-translated (RFC
// 2765), NAT64 (RFC 6052,
// and RFC 8215 in its /48 and /96 layouts), 6to4 (RFC 3056), Teredo (RFC 4380: server, and client with inverted bits) and ISATAP (RFC
// 5214). IPv4-mapped addresses are unmapped before. An IPv4 address has none.
func embedded(addr netip.Addr) []netip.Addr {
	if !addr.Is6() {
		return nil
	}
	b := addr.As16()
	at := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{b[i], b[i+1], b[i+2], b[i+3]}) }
	var out []netip.Addr
	switch {
	case addr.IsLoopback():
	case v6net(96).Contains(addr), v6net(96, 0, 0, 0, 0, 0xffff).Contains(addr), v6net(96, 0x0064, 0xff9b).Contains(addr):
		out = append(out, at(12))
	case v6net(48, 0x0064, 0xff9b, 0x0001).Contains(addr):
		out = append(out, at(12), netip.AddrFrom4([4]byte{b[6], b[7], b[9], b[10]}))
	case v6net(16, 0x2002).Contains(addr):
		out = append(out, at(2))
	case v6net(32, 0x2001, 0).Contains(addr):
		out = append(out, at(4), netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]}))
	}
	if b[8]&^2 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe {
		out = append(out, at(12))
	}
	return out
}
