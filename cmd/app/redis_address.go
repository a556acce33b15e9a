package app

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/sender"
)

// redisTarget is how to reach a Redis; it can open any number of clients.
type redisTarget struct {
	options *redis.UniversalOptions
	unix    string // path of a unix socket; "": TCP
	shown   string // without credentials
	guard   *guard // before every client; nil: none
}

// parseTarget reads an address. What stands behind a question mark is ours to read, the rest of a single server's is in go-redis' own form. Errors
// are *UsageError and hold no password.
func parseTarget(address string) (redisTarget, error) {
	plain, query, _ := strings.Cut(address, "?")
	scheme, rest, _ := strings.Cut(plain, "://")
	var t redisTarget
	var err error
	switch scheme {
	case "redis", "rediss", "unix":
		t, err = parseOne(scheme, plain)
	case "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster":
		t, err = parseMany(scheme, rest)
	default:
		err = fmt.Errorf("unknown scheme %q", scheme)
	}
	if err == nil {
		err = t.refine(query)
	}
	if err != nil {
		return redisTarget{}, &UsageError{Message: "--redis: " + err.Error()}
	}
	return t, nil
}

// parseOne reads the address of a single server.
func parseOne(scheme, address string) (redisTarget, error) {
	o, err := redis.ParseURL(address)
	if err != nil {
		return redisTarget{}, errors.New(strings.ReplaceAll(withoutURL(err).Error(), address, "the address"))
	}
	t := redisTarget{
		options: &redis.UniversalOptions{Addrs: []string{o.Addr}, DB: o.DB, Username: o.Username, Password: o.Password, TLSConfig: o.TLSConfig},
		shown:   scheme + "://" + o.Addr + "/" + strconv.Itoa(o.DB),
	}
	if o.Network == "unix" {
		t.unix, t.shown = o.Addr, "unix://"+o.Addr
		return t, nil
	}
	return t, checkHost(o.Addr)
}

// withoutURL is what is wrong with a URL without the URL, which holds a password.
func withoutURL(err error) error {
	if _, ok := errors.AsType[*url.Error](err); ok {
		return errors.New("the address is not a URL such as redis://user:password@host:6379/0 with a port that is a number; special characters of a password are written as %XX")
	}
	return err
}

// checkHost refuses what is not host:port.
func checkHost(addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if n, wrong := strconv.ParseUint(port, 10, 16); err != nil || wrong != nil || n == 0 {
		return fmt.Errorf("%q is not host:port with a port from 1 to 65535", addr)
	}
	return nil
}

// parseMany reads [user:password@]host:port,host:port[/master[/db]].
func parseMany(scheme, rest string) (redisTarget, error) {
	o := &redis.UniversalOptions{}
	if strings.HasPrefix(scheme, "rediss") {
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		user, password, _ := strings.Cut(rest[:at], ":")
		var errs [2]error
		o.Username, errs[0] = url.PathUnescape(user)
		o.Password, errs[1] = url.PathUnescape(password)
		if errors.Join(errs[:]...) != nil {
			return redisTarget{}, errors.New("user and password are not well escaped; a percent sign is written as %25")
		}
		rest = rest[at+1:]
	}
	parts := strings.Split(rest, "/")
	o.Addrs = strings.Split(parts[0], ",")
	for _, addr := range o.Addrs {
		if err := checkHost(addr); err != nil {
			return redisTarget{}, err
		}
	}
	shown := scheme + "://" + parts[0]
	if strings.HasSuffix(scheme, "+cluster") {
		if len(parts) > 1 && parts[1] != "" && parts[1] != "0" {
			return redisTarget{}, errors.New("a cluster has no database but 0")
		}
		o.IsClusterMode = true
		return redisTarget{options: o, shown: shown}, nil
	}
	if len(parts) < 2 || parts[1] == "" {
		return redisTarget{}, errors.New("a sentinel address ends in /master, the name of the group")
	}
	o.MasterName = parts[1]
	if len(parts) > 2 {
		db, err := strconv.Atoi(parts[2])
		if err != nil || db < 0 {
			return redisTarget{}, fmt.Errorf("%q is not a database number", parts[2])
		}
		o.DB = db
	}
	return redisTarget{options: o, shown: shown + "/" + parts[1]}, nil
}

// refinements are what may follow the question mark of an address.
func refinements() []string {
	return []string{"db", "ca", "cert", "key", "sentinel_username", "sentinel_password"}
}

// password is where an address holds one behind the question mark. Some other program's name for it counts too: the address is then refused,
// but shown before.
var password = regexp.MustCompile(`(?i)([?&][\w.-]*pass[\w.-]*=)[^&\s]*`)

// Shown is the value of a setting without passwords, which addresses may hold.
func Shown(value string) string {
	return password.ReplaceAllString(sender.MaskURL(value), "${1}********")
}

// refine reads what follows the question mark.
func (t redisTarget) refine(query string) error {
	if query == "" {
		return nil
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return errors.New("what follows the question mark is not name=value&name=value")
	}
	for name, given := range values {
		switch {
		case !slices.Contains(refinements(), name):
			return fmt.Errorf("unknown setting %q behind the question mark; allowed: %s", name, strings.Join(refinements(), ", "))
		case len(given) > 1 || given[0] == "":
			return fmt.Errorf("%s is given twice or without a value", name)
		case strings.HasPrefix(name, "sentinel_") && t.options.MasterName == "":
			return fmt.Errorf("%s belongs to redis+sentinel:// alone", name)
		case name == "db" && t.unix == "":
			return errors.New("db belongs to unix:// alone; others end in /1, for example")
		case slices.Contains([]string{"ca", "cert", "key"}, name) && t.options.TLSConfig == nil:
			return fmt.Errorf("%s belongs to TLS, so to an address that begins with rediss", name)
		}
	}
	if db := values.Get("db"); db != "" {
		n, err := strconv.ParseUint(db, 10, 31)
		if err != nil {
			return fmt.Errorf("db: %q is not a database number", db)
		}
		t.options.DB = int(n)
	}
	t.options.SentinelUsername, t.options.SentinelPassword = values.Get("sentinel_username"), values.Get("sentinel_password")
	return refineTLS(t.options.TLSConfig, values.Get("ca"), values.Get("cert"), values.Get("key"))
}

// refineTLS reads the files of a TLS address: the CA that signed the server's certificate, where the system does not know it, and a certificate of
// our own with its key, where the server wants one.
func refineTLS(c *tls.Config, ca, cert, key string) error {
	if ca != "" {
		text, err := os.ReadFile(ca) //nolint:gosec // the user names the file
		if err != nil {
			return fmt.Errorf("ca: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(text) {
			return fmt.Errorf("ca: %s holds no certificate in PEM form", ca)
		}
	}
	if (cert == "") != (key == "") {
		return errors.New("cert and key belong together")
	}
	if cert == "" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return fmt.Errorf("cert and key: %w", err)
	}
	c.Certificates = []tls.Certificate{pair}
	return nil
}

// tlsFor is c for one server: its name is what the certificate must hold. Nil stays nil.
func tlsFor(c *tls.Config, addr string) *tls.Config {
	if c == nil {
		return nil
	}
	own := c.Clone()
	if host, _, err := net.SplitHostPort(addr); err == nil {
		own.ServerName = host
	}
	return own
}
