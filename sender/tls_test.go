package sender_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
)

// authority signs certificates for a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{cert, key}
}

func (a authority) issue(t *testing.T, name string, until time.Time) tls.Certificate {
	t.Helper()
	return a.issueFrom(t, name, time.Now().Add(-2*time.Hour), until)
}

func (a authority) issueFrom(t *testing.T, name string, from, until time.Time) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(2), NotBefore: from, NotAfter: until}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{name}
	}
	parent := a.cert
	if parent == nil {
		parent = template // signed by itself
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.key}
}

func (a authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

func TestTLS(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	hour := time.Now().Add(time.Hour)
	tests := []struct {
		name    string
		server  *tls.Config // nil: no TLS there
		serve   func(net.Conn)
		failure payloads.Failure
		message string
	}{
		{name: "right", server: &tls.Config{Certificates: []tls.Certificate{ca.issue(t, "127.0.0.1", hour)}}},
		{
			name: "wrong name", server: &tls.Config{Certificates: []tls.Certificate{ca.issue(t, "other.example", hour)}},
			failure: payloads.FailureTLS, message: "127.0.0.1",
		},
		{
			name: "unknown authority", server: &tls.Config{Certificates: []tls.Certificate{other.issue(t, "127.0.0.1", hour)}},
			failure: payloads.FailureTLS, message: "unknown authority",
		},
		{
			name:    "expired",
			server:  &tls.Config{Certificates: []tls.Certificate{ca.issue(t, "127.0.0.1", time.Now().Add(-time.Minute))}},
			failure: payloads.FailureTLS, message: "expired",
		},
		{
			name: "old version", server: &tls.Config{
				Certificates: []tls.Certificate{ca.issue(t, "127.0.0.1", hour)}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11,
			},
			failure: payloads.FailureTLS,
		},
		{
			name: "client certificate wanted", server: &tls.Config{
				Certificates: []tls.Certificate{ca.issue(t, "127.0.0.1", hour)}, ClientAuth: tls.RequireAnyClientCert,
			},
			failure: payloads.FailureTLS, message: "certificate required",
		},
		{name: "plain HTTP behind https", serve: func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
			hang(c)
		}, failure: payloads.FailureTLS},
		{
			name: "signed by itself", server: &tls.Config{Certificates: []tls.Certificate{authority{key: other.key}.issue(t, "127.0.0.1", hour)}},
			failure: payloads.FailureTLS, message: "unknown authority",
		},
		{
			name: "not valid yet", server: &tls.Config{Certificates: []tls.Certificate{ca.issueFrom(t, "127.0.0.1", hour, hour.Add(time.Hour))}},
			failure: payloads.FailureTLS, message: "not yet valid",
		},
		{name: "no certificate", server: &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return nil, errors.New("none")
		}}, failure: payloads.FailureTLS},
		{name: "garbage in the handshake", serve: func(c net.Conn) {
			io.WriteString(c, strings.Repeat("\x16\x03\x03\x40\x00garbage", 4000))
			hang(c)
		}, failure: payloads.FailureTLS},
		{name: "resets in the handshake", serve: func(c net.Conn) {
			if _, err := io.ReadFull(c, make([]byte, 1)); err == nil {
				reset(c)
			}
		}, failure: payloads.FailureTLS},
		{name: "trickles the handshake", serve: func(c net.Conn) {
			for _, b := range []byte("\x16\x03\x03\x20\x00" + strings.Repeat("x", 30)) {
				if _, err := c.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
		}, failure: payloads.FailureTimeout, message: "while shaking hands"},
		{name: "hangs up in the handshake", serve: func(net.Conn) {}, failure: payloads.FailureTLS},
		{name: "never shakes hands", serve: hang, failure: payloads.FailureTimeout, message: "while shaking hands"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			serve := tc.serve
			if tc.server != nil {
				serve = func(c net.Conn) {
					conn := tls.Server(c, tc.server)
					if _, err := readRequest(bufio.NewReader(conn)); err == nil {
						io.WriteString(conn, okReply)
						conn.Close()
					}
					hang(c) // a close with bytes unread would be a reset and could outrun the alert
				}
			}
			s := newSender(t, func(o *sender.Options) {
				o.TLS = &tls.Config{RootCAs: ca.pool(), MinVersion: tls.VersionTLS12}
			})
			r := post(strings.Replace(rawServer(t, serve), "http:", "https:", 1))
			if tc.failure == payloads.FailureTimeout {
				r.Policy.Timeout = 200 * time.Millisecond
			}
			report := s.Do(context.Background(), r)
			if report.Reply.Failure != tc.failure || !strings.Contains(report.Reply.Message, tc.message) {
				t.Errorf("failure %q (%s), want %q", report.Reply.Failure, report.Reply.Message, tc.failure)
			}
			if tc.failure == "" && report.Reply.Status != 200 {
				t.Errorf("reply %+v", report.Reply)
			}
			if tc.failure != "" && tc.name != "client certificate wanted" && report.Wrote {
				t.Error("the request counts as written although no handshake was over")
			}
		})
	}
}

// TestTLSEndsWithoutNotice: behind TLS the end of a connection should be announced. Many listeners do not, so crypto/tls (and Python's ssl)
// overlook it between two records; what was announced by length must come whole all the same.
func TestTLSEndsWithoutNotice(t *testing.T) {
	ca := newAuthority(t)
	cfg := &tls.Config{Certificates: []tls.Certificate{ca.issue(t, "127.0.0.1", time.Now().Add(time.Hour))}}
	tests := []struct {
		name, reply string
		notice      bool
		failure     payloads.Failure
	}{
		{"to the end, with notice", "HTTP/1.1 200 OK\r\n\r\nwhole", true, ""},
		{"to the end, without", "HTTP/1.1 200 OK\r\n\r\nwhole", false, ""},
		{"by length, with notice", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", true, payloads.FailureProtocol},
		{"by length, without", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", false, payloads.FailureProtocol},
		{"all of it by length, without", okReply, false, ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			url := rawServer(t, func(c net.Conn) {
				conn := tls.Server(c, cfg)
				if _, err := readRequest(bufio.NewReader(conn)); err != nil {
					return
				}
				io.WriteString(conn, tc.reply)
				if tc.notice {
					conn.CloseWrite()
				}
				finish(c)
				hang(c)
			})
			s := newSender(t, func(o *sender.Options) { o.TLS = &tls.Config{RootCAs: ca.pool(), MinVersion: tls.VersionTLS12} })
			reply := s.Do(context.Background(), post(strings.Replace(url, "http:", "https:", 1))).Reply
			if reply.Status != 200 || reply.Failure != tc.failure {
				t.Errorf("reply %+v, want failure %q", reply, tc.failure)
			}
		})
	}
}
