package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"

	"github.com/annohook/annohook/cmd/app/redisd"
	"github.com/annohook/annohook/sender"
)

const (
	leastSpace     = 1 << 30 // bytes free in the state directory
	leastOpenFiles = 1024    // each attempt in flight, stream and client takes one
)

// usesState reports whether the engine keeps anything in the state directory.
func (d *doctor) usesState() bool { return d.Config.Redis == "auto" }

// state looks at the state directory: whether it is there, takes files, and is free.
func (d *doctor) state(context.Context) []Finding {
	dir := d.Config.StateDir
	if !d.usesState() {
		return []Finding{ok("state", "no state directory is used with this --redis")}
	}
	if dir == "" {
		return []Finding{fail("state", "name one with --state-dir, or use --redis memory", "no home directory is known, so there is no state directory")}
	}
	place, err := existing(dir)
	if err == nil && place != dir {
		if err = mayCreateIn(place); err == nil {
			return []Finding{ok("state", "%s does not exist yet; serve creates it", dir)}
		}
	}
	if err == nil {
		err = tryFile(place)
	}
	if err != nil {
		return []Finding{fail("state", "make it a directory that this user may write to, or name another with --state-dir", "%s cannot be used: %v", dir, err)}
	}
	return []Finding{d.locked(dir)}
}

// locked tells who has the state directory.
func (d *doctor) locked(dir string) Finding {
	holder, err := redisd.Holder(dir)
	switch {
	case err != nil:
		return fail("state", "look at the file annohook.lock there, and whether its file system knows locks", "%s cannot be locked: %v", dir, err)
	case holder == "":
		return ok("state", "%s is writable and free", dir)
	case d.tenant != nil:
		return ok("state", "%s is writable and in use by %s; an annohook answers at %s", dir, holder, d.tenant.url)
	default:
		return warn("state", "if that is a server on another address, ask it with annohook doctor --server URL; else end it, or name another --state-dir",
			"%s is in use by %s, and no annohook answers us at --addr %s", dir, holder, d.Config.Addr)
	}
}

// existing returns dir, or the nearest directory above it that exists.
func existing(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		info, err := os.Stat(dir)
		if err == nil && !info.IsDir() {
			return "", fmt.Errorf("%s is not a directory", dir)
		}
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return dir, err
		}
		if _, err := os.Lstat(dir); err == nil {
			return "", fmt.Errorf("%s is a symbolic link to nothing", dir)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", err
		}
		dir = parent
	}
}

// tryFile writes and removes a file in dir: permission bits do not tell what a read-only or full file system does.
func tryFile(dir string) (err error) {
	f, err := os.CreateTemp(dir, ".annohook-doctor-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	_, err = f.WriteString("written by annohook doctor; may be removed\n")
	return err
}

func (d *doctor) disk(context.Context) []Finding {
	if !d.usesState() || d.Config.StateDir == "" {
		return nil
	}
	place, err := existing(d.Config.StateDir)
	if err != nil {
		return nil // the check of the state directory says so
	}
	free, err := freeBytes(place)
	if errors.Is(err, errors.ErrUnsupported) {
		return []Finding{ok("disk", "how much is free cannot be told on this system")}
	}
	if err != nil {
		return []Finding{warn("disk", "look at the file system of "+place, "how much is free cannot be told: %v", err)}
	}
	return []Finding{judgeSpace(place, free)}
}

func judgeSpace(place string, free uint64) Finding {
	const mebi = 1 << 20
	if free < leastSpace {
		return warn("disk", "make room, or name another --state-dir: a full disk stops the store", "%d MiB are free at %s, less than %d", free/mebi, place, leastSpace/mebi)
	}
	return ok("disk", "%d MiB are free at %s", free/mebi, place)
}

func (d *doctor) openFiles(context.Context) []Finding {
	limit, err := openFilesLimit()
	if errors.Is(err, errors.ErrUnsupported) {
		return []Finding{ok("open-files", "this system has no limit that can be read")}
	}
	if err != nil {
		return []Finding{warn("open-files", "look at ulimit -n", "the limit cannot be read: %v", err)}
	}
	return []Finding{judgeOpenFiles(limit)}
}

func judgeOpenFiles(limit uint64) Finding {
	if limit < leastOpenFiles {
		return warn("open-files", fmt.Sprintf("raise it with ulimit -n (LimitNOFILE= under systemd) to %d or more", leastOpenFiles),
			"%d files and connections may be open at once: too few for many subscriptions and streams", limit)
	}
	return ok("open-files", "%d files and connections may be open at once", limit)
}

// targets judges the lists of networks that deliveries may or may not go to.
func (d *doctor) targets(context.Context) []Finding {
	allow, deny := d.Config.AllowTargets, d.Config.DenyTargets
	guard, err := sender.NewGuard(sender.GuardOptions{Allow: allow, Deny: deny})
	if err != nil {
		return []Finding{fail("targets", "correct --allow-target and --deny-target", "%v", err)}
	}
	local := "listeners on this machine may be reached"
	if guard.Check(netip.AddrFrom4([4]byte{127, 0, 0, 1})) != nil {
		local = "listeners on this machine (127.0.0.1) may not be reached"
	}
	if covered(deny, netip.MustParsePrefix("0.0.0.0/0")) && covered(deny, netip.MustParsePrefix("::/0")) {
		return []Finding{fail("targets", "narrow --deny-target", "--deny-target refuses every address, so every attempt ends blocked")}
	}
	useless := ineffective(allow, deny)
	if len(useless) > 0 && len(useless) == len(allow) {
		return []Finding{fail("targets", "correct --allow-target or --deny-target", "no allowed network can be reached, so every attempt ends blocked: %v", useless)}
	}
	if len(useless) > 0 {
		return []Finding{warn("targets", "remove them from --allow-target, or from --deny-target what refuses them", "allowed, and refused all the same: %v; %s", useless, local)}
	}
	if len(allow) == 0 {
		return []Finding{ok("targets", "all networks allowed, %d denied, link-local and metadata addresses always refused; %s", len(deny), local)}
	}
	return []Finding{ok("targets", "%d networks allowed, %d denied; %s", len(allow), len(deny), local)}
}

// ineffective lists the allowed networks that are refused as a whole, by the deny list or always.
func ineffective(allow, deny []netip.Prefix) []netip.Prefix {
	bare, err := sender.NewGuard(sender.GuardOptions{})
	if err != nil {
		return nil
	}
	var list []netip.Prefix
	for _, p := range allow {
		// What is refused always are whole networks of eight bits and more (IPv4), so for a narrow one its first address speaks for it.
		always := p.Bits() >= narrowBits(p) && bare.Check(p.Addr()) != nil
		if always || covered(deny, p) {
			list = append(list, p)
		}
	}
	return list
}

func narrowBits(p netip.Prefix) int {
	if p.Addr().Is4() {
		return 8
	}
	return 10 // fe80::/10
}

// covered reports whether one of the networks holds all of p.
func covered(networks []netip.Prefix, p netip.Prefix) bool {
	return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Bits() <= p.Bits() && n.Contains(p.Addr()) })
}
