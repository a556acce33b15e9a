package e2e_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// authority is a CA of the test's own, with files as programs read them.
type authority struct {
	t    *testing.T
	dir  string
	file string // its certificate
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir()}
	a.key = newKey(t)
	a.cert = a.sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: "test CA"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, a.key, "ca")
	a.file = filepath.Join(a.dir, "ca.crt")
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// sign completes a certificate for an hour and writes it and its key to name.crt and name.key.
func (a *authority) sign(c *x509.Certificate, key *ecdsa.PrivateKey, name string) *x509.Certificate {
	a.t.Helper()
	c.SerialNumber = big.NewInt(time.Now().UnixNano())
	c.NotBefore = time.Now().Add(-time.Hour)
	if c.NotAfter.IsZero() {
		c.NotAfter = time.Now().Add(time.Hour)
	}
	parent := a.cert
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{".crt": {Type: "CERTIFICATE", Bytes: der}, ".key": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(a.dir, name+file), pem.EncodeToMemory(block), 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	signed, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return signed
}

// issue writes a certificate for this machine, of a name.
func (a *authority) issue(name string, change func(*x509.Certificate)) (cert, key string) {
	a.t.Helper()
	c := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if change != nil {
		change(c)
	}
	a.sign(c, newKey(a.t), name)
	return filepath.Join(a.dir, name+".crt"), filepath.Join(a.dir, name+".key")
}

// secureRedis starts a Redis that speaks TLS alone, knows one user, and wants a certificate of its clients unless clients is "no". It returns the
// address.
func secureRedis(t *testing.T, a *authority, clients string, change func(*x509.Certificate)) string {
	t.Helper()
	path, dir := findRedis(t), t.TempDir()
	cert, key := a.issue("redis", change)
	var words string
	for range 5 { // the port was free a moment ago
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := l.Addr().String()
		_ = l.Close()
		_, port, _ := net.SplitHostPort(addr)
		file := filepath.Join(dir, "redis.conf")
		text := fmt.Sprintf("bind 127.0.0.1\nport 0\ntls-port %s\ndir %s\nsave \"\"\nappendonly yes\ntls-cert-file %s\ntls-key-file %s\ntls-ca-cert-file %s\n"+
			"tls-auth-clients %s\nuser default off\nuser anno on >%s ~* &* +@all\n", port, dir, cert, key, a.file, clients, tlsPassword)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(path, file)
		var said strings.Builder
		cmd.Stdout, cmd.Stderr = &said, &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() { _ = cmd.Wait(); close(done) }()
		if up := waitTLS(addr, done); up {
			t.Cleanup(func() { _ = cmd.Process.Kill(); <-done })
			return addr
		}
		_ = cmd.Process.Kill()
		<-done
		if words = said.String(); strings.Contains(words, "tls-port") {
			t.Skipf("this redis-server was built without TLS: %.300s", words)
		}
	}
	t.Fatalf("%s did not start with TLS: %s", path, words)
	return ""
}

// waitTLS waits until a server shakes hands, or ends.
func waitTLS(addr string, done <-chan struct{}) bool {
	for range 500 {
		select {
		case <-done:
			return false
		default:
		}
		conn, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true}) // whose certificate it is, annohook is to find out
		if err == nil {
			_ = conn.Close()
			return true
		}
		if _, refused := err.(*net.OpError); !refused { //nolint:errorlint // what is wanted is that it did not even connect
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// tlsPassword has every character that has a meaning in addresses.
const tlsPassword = "p@ss:w/rd?%&"

func secureURL(addr, db, query string) string {
	return "rediss://anno:" + url.QueryEscape(tlsPassword) + "@" + addr + "/" + db + query
}

// TestRedisTLS: a Redis that is reached by TLS, with a user of its own and another database, is as good as any.
func TestRedisTLS(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	cert, key := a.issue("annohook", nil)
	for _, tc := range []struct{ name, clients, query string }{
		{"its certificate alone", "no", "?ca=" + a.file},
		{"certificates on both sides", "yes", "?ca=" + a.file + "&cert=" + cert + "&key=" + key},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			addr := secureRedis(t, a, tc.clients, nil)
			s := start(t, "--redis", secureURL(addr, "3", tc.query), "--log-level", "debug")
			h := listen(t, "argilla", hookOptions{})
			s.attach(h, "argilla", nil)
			for _, d := range s.delivered(s.trigger(object{"platform": "argilla", "type": "record.completed", "count": 20}).Events, recovery) {
				numbered(t, d)
			}
			h.verified()
			text := s.log.String()
			withoutPassword(t, text)
			if !strings.Contains(text, "rediss://"+addr+"/3") {
				t.Errorf("the banner does not tell the address: %.600s", text)
			}
		})
	}
}

// TestRedisTLSByEnvironment: the CA that SSL_CERT_FILE names is known too, to the doctor as to the server.
func TestRedisTLSByEnvironment(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	addr := secureRedis(t, a, "no", nil)
	for file, want := range map[string]string{a.file: "answers in", "": "signed by a CA that is not known here"} {
		cmd := exec.CommandContext(t.Context(), program, "doctor", "--redis", secureURL(addr, "0", ""), "--addr", "127.0.0.1:0")
		cmd.Env = []string{"HOME=" + t.TempDir(), "SSL_CERT_FILE=" + file}
		text, err := cmd.CombinedOutput()
		if !strings.Contains(string(text), want) {
			t.Errorf("with SSL_CERT_FILE=%s: %v\n%s", file, err, text)
		}
		withoutPassword(t, string(text))
	}
}

func withoutPassword(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, tlsPassword) || strings.Contains(text, url.QueryEscape(tlsPassword)) {
		t.Errorf("the password is in what is printed: %.2000q", text)
	}
}

// TestRedisTLSRefused: what is wrong with TLS or a password is said at once, by name, and without the password.
func TestRedisTLSRefused(t *testing.T) {
	t.Parallel()
	a, other := newAuthority(t), newAuthority(t)
	addr := secureRedis(t, a, "no", nil)
	mutual := secureRedis(t, a, "yes", nil)
	misnamed := secureRedis(t, a, "no", func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"redis.example.org"} })
	expired := secureRedis(t, a, "no", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	plain := startRedis(t)
	ca := "?ca=" + a.file
	for _, tc := range []struct {
		name, url string
		code      int
		want      string
	}{
		{"unknown CA", secureURL(addr, "0", ""), 2, "signed by a CA that is not known here; name the CA's file with ?ca=FILE"},
		{"another CA", secureURL(addr, "0", "?ca="+other.file), 2, "signed by a CA that is not known here"},
		{"missing CA file", secureURL(addr, "0", "?ca=/nowhere/ca.crt"), 2, "ca: open /nowhere/ca.crt: no such file"},
		{"another host", secureURL(misnamed, "0", ca), 2, "its certificate is for another host"},
		{"expired", secureURL(expired, "0", ca), 2, "its certificate does not hold"},
		{"no certificate of ours", secureURL(mutual, "0", ca), 3, "certificate required"},
		{"TLS to a plain port", "rediss://" + plain.addr, 3, "does it speak TLS on this port?"},
		{"plain to a TLS port", "redis://" + addr, 3, "if it wants TLS, the address begins with rediss"},
		{"wrong password", strings.Replace(secureURL(addr, "0", ca), "anno:", "anno:x", 1), 3, "WRONGPASS"},
		{"unknown setting", secureURL(addr, "0", "?skip_verify=true"), 2, `unknown setting "skip_verify"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			p := launch(t, t.TempDir(), searchPath(), "serve", "--addr", "127.0.0.1:0", "--redis", tc.url)
			if code := p.wait(startWithin); code != tc.code {
				t.Errorf("exit code %d, want %d", code, tc.code)
			}
			text := p.log.String()
			if !strings.Contains(text, tc.want) {
				t.Errorf("it says %q, want %q", text, tc.want)
			}
			withoutPassword(t, text)
			if took := time.Since(began); took > answersWithin+5*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}
