package sender

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// Errors of a Guard.
var (
	// ErrBlocked is in the chain of every error about an address that may not be reached.
	ErrBlocked = errors.New("target is blocked")
	// ErrURL is in the chain of every error about a URL that is not a usable target, whatever the address.
	ErrURL = errors.New("unusable target URL")
)

// GuardOptions says which addresses may be reached beyond the ones that never may.
type GuardOptions struct {
	// Allow, when not empty, is the complete list of what may be reached.
	Allow []netip.Prefix
	// Deny is refused, also where Allow holds it.
	Deny []netip.Prefix
}

// Guard judges targets. It refuses link-local, cloud metadata, multicast, broadcast and unspecified addresses whatever its options say, in
// every form that carries them to an IPv4 network too (mapped, NAT64, 6to4, Teredo, ISATAP). Loopback and private networks are open by
// default, because listeners under test live there. It is immutable and safe for concurrent use.
type Guard struct {
	never, allow, deny []netip.Prefix
}

// NewGuard builds a guard. It returns an error for an invalid prefix; a deny entry that is silently lost would be worse than none.
func NewGuard(o GuardOptions) (*Guard, error) {
	allow, errA := normalPrefixes("allow", o.Allow)
	deny, errD := normalPrefixes("deny", o.Deny)
	if err := errors.Join(errA, errD); err != nil {
		return nil, err
	}
	return &Guard{never: neverReached(), allow: allow, deny: deny}, nil
}

func normalPrefixes(list string, in []netip.Prefix) ([]netip.Prefix, error) {
	out := make([]netip.Prefix, 0, len(in))
	for i, p := range in {
		if !p.IsValid() {
			return nil, fmt.Errorf("%s list: entry %d is not a network such as 10.0.0.0/8", list, i+1)
		}
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// Check judges one address as it would be dialled. The error wraps ErrBlocked and names the address and the rule.
func (g *Guard) Check(addr netip.Addr) error {
	addr = addr.WithZone("").Unmap()
	if !addr.IsValid() {
		return fmt.Errorf("%w: not an IP address", ErrBlocked)
	}
	forms := append([]netip.Addr{addr}, embedded(addr)...)
	for _, form := range forms {
		if inAny(g.never, form) {
			return fmt.Errorf("%w: %s is a link-local, metadata, multicast, broadcast or unspecified address, which are never contacted",
				ErrBlocked, addr)
		}
		if inAny(g.deny, form) {
			return fmt.Errorf("%w: %s is on the deny list", ErrBlocked, addr)
		}
	}
	if len(g.allow) > 0 && !inAny(g.allow, addr) {
		return fmt.Errorf("%w: %s is not on the allow list", ErrBlocked, addr)
	}
	return nil
}

func inAny(prefixes []netip.Prefix, addr netip.Addr) bool {
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// control is the dialer's hook: it sees the resolved address of every single connect, redirects and second addresses included.
func (g *Guard) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %q is not an IP address with a port", ErrBlocked, address)
	}
	return g.Check(ap.Addr())
}

// CheckURL judges a URL for registration: http or https, a host, a port from 1 to 65535, no control characters or spaces, at most
// subscriptions.MaxURLBytes. A literal address is judged like a resolved one, also where it is written in letters that clients map to digits;
// names are not resolved, they are judged when they are dialled, but for those of metadata services. user:pass@ is allowed. What one
// platform's client alone refuses passes and ends as an attempt that was blocked. Errors wrap ErrURL or ErrBlocked, say what is allowed and repeat nothing secret.
func (g *Guard) CheckURL(raw string) error {
	if len(raw) > subscriptions.MaxURLBytes {
		return fmt.Errorf("%w: %d bytes are too many, at most %d are allowed", ErrURL, len(raw), subscriptions.MaxURLBytes)
	}
	t, err := readTarget(payloads.TargetAsWritten, raw)
	if err != nil {
		return err
	}
	return g.checkTarget(t)
}

// checkTarget judges the very host that would be dialled, redirects included.
func (g *Guard) checkTarget(t target) error {
	if addr, ok := t.address(); ok {
		return g.Check(addr)
	}
	name := strings.ToLower(strings.TrimSuffix(t.name, "."))
	if slices.Contains(neverNamed(), name) {
		return fmt.Errorf("%w: %s is the name of a metadata service, which is never contacted", ErrBlocked, name)
	}
	if numericHost(name) {
		return fmt.Errorf("%w: host %q is neither a name nor a dotted IPv4 address", ErrURL, t.name)
	}
	return nil
}

// numericHost reports hosts that some resolvers read as an IPv4 address although they are not written as one (2852039166, 0xa9.254.1):
// by the WHATWG URL standard every host whose last label is a number is an IPv4 address or invalid.
func numericHost(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last == "" {
		return true
	}
	if _, err := strconv.ParseUint(last, 10, 64); err == nil {
		return true
	}
	hex, isHex := strings.CutPrefix(strings.ToLower(last), "0x")
	if !isHex {
		return false
	}
	return strings.Trim(hex, "0123456789abcdef") == ""
}
