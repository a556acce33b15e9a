package program

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// RedisBinary returns the path of a Redis server: ANNOHOOK_TEST_REDIS_SERVER, or one on the PATH. Without any the test is skipped.
func RedisBinary(tb testing.TB) string {
	tb.Helper()
	if path := os.Getenv("ANNOHOOK_TEST_REDIS_SERVER"); path != "" {
		return path
	}
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	tb.Skip("this machine has no redis-server or valkey-server on the PATH")
	return ""
}

// Redis is a running Redis server.
type Redis struct {
	Addr   string // host:port
	Socket string // path of its unix socket
}

// StartRedis runs a Redis on a free loopback port and a unix socket, with an append-only file and without eviction, as annohook asks of a
// shared one. It ends with the test.
func StartRedis(tb testing.TB) Redis {
	tb.Helper()
	binary, port := RedisBinary(tb), freePort(tb)
	folder, err := os.MkdirTemp("", "ah-redis") //nolint:usetesting // short: the path of a socket may have 107 bytes
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(folder) }) // a leftover in the temporary folder is no failure
	r := Redis{Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), Socket: filepath.Join(folder, "redis.sock")}
	log := &text{}
	cmd := exec.CommandContext(context.WithoutCancel(tb.Context()), binary,
		"--bind", "127.0.0.1", "--port", strconv.Itoa(port), "--unixsocket", r.Socket, "--dir", folder, "--save", "",
		"--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction")
	cmd.Stdout, cmd.Stderr = log, log
	run(tb, cmd, "redis-server", log)
	wait(tb, "answer", log, func() bool { return answers(r.Addr) })
	return r
}

// freePort asks the kernel for a port. Somebody may take it before Redis does; then Redis says so and the test fails with its words.
func freePort(tb testing.TB) int {
	tb.Helper()
	l, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// answers says whether a server answers a ping.
func answers(address string) bool {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(context.Background(), "tcp", address)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return false
	}
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return false
	}
	reply := make([]byte, 7)
	n, err := conn.Read(reply)
	return err == nil && string(reply[:n]) == "+PONG\r\n"
}
