package labelstudio

import (
	"net"
	"regexp"
	"strings"
	"unicode/utf8"
)

// The parts of Django's pattern for URLs. Letters beyond ASCII may stand wherever ASCII letters may, those beyond U+FFFF nowhere in a host.
const (
	hostLabel  = `[a-z\x{00a1}-\x{ffff}0-9](?:[a-z\x{00a1}-\x{ffff}0-9-]{0,61}[a-z\x{00a1}-\x{ffff}0-9])?`
	lastLabel  = `\.(?:[a-z\x{00a1}-\x{ffff}-]{2,63}|xn--[a-z0-9]{1,59})\.?`
	ipv4       = `(?:0|25[0-5]|2[0-4][0-9]|1[0-9]?[0-9]?|[1-9][0-9]?)(?:\.(?:0|25[0-5]|2[0-4][0-9]|1[0-9]?[0-9]?|[1-9][0-9]?)){3}`
	blank      = `\s\x{0b}\x{1c}-\x{1f}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}` // Python's idea of \s
	maxHost    = 253
	urlSchemes = "http https ftp ftps"
)

var urlPattern = regexp.MustCompile(
	`(?i)^[a-z0-9.+-]*://(?:[^:@/` + blank + `]+(?::[^:@/` + blank + `]*)?@)?(?:` + ipv4 + `|(\[[0-9a-f:.]+\])|(` + hostLabel + `(?:\.` + hostLabel + `)*` + lastLabel +
		`|localhost))(?::[0-9]{1,5})?(?:[/?#][^` + blank + `]*)?$`)

// validURL reports whether the server takes a URL for one: Django's rule, which knows ftp, and hosts of one word only as localhost. Labels
// of a host that begin or end with a hyphen are refused, as are hosts beyond 253 characters.
func validURL(text string) bool {
	if utf8.RuneCountInString(text) > maxHookURL || strings.ContainsAny(text, "\t\r\n") {
		return false
	}
	scheme, _, _ := strings.Cut(strings.ToLower(text), "://")
	if !strings.Contains(" "+urlSchemes+" ", " "+scheme+" ") {
		return false
	}
	parts := urlPattern.FindStringSubmatch(text)
	if parts == nil {
		return false
	}
	if v6 := strings.Trim(parts[1], "[]"); parts[1] != "" && (net.ParseIP(v6) == nil || !strings.Contains(v6, ":")) {
		return false
	}
	host := strings.TrimSuffix(parts[2], ".")
	last := host[strings.LastIndexByte(host, '.')+1:]
	return len(parts[2]) <= maxHost && !strings.HasPrefix(last, "-") && !strings.HasSuffix(last, "-")
}
