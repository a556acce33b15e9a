package redisd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// ErrSocketPath says that no folder was found in which a unix socket can be bound: the state directory's path is too long for one
// (about 104 bytes) or its file system has none, and the temporary folders do no better.
var ErrSocketPath = errors.New("no place for a unix socket")

// Names inside the folder; doc.go says what each holds.
const (
	confName       = "redis.conf"
	logName        = "redis.log"
	pidName        = "redis.pid"
	socketName     = "redis.sock"
	placeName      = "socket"
	supervisorName = "supervisor.lock"
	serverName     = "server.lock"
)

// tempPattern names the private temporary folders, so that only such a folder is ever removed.
const tempPattern = "annohook-redis-"

const (
	maxLogBytes  = 1 << 20 // redis.log is moved away above this
	maxTailBytes = 1 << 10 // of it that an error quotes
)

// folder is the place of one server's files: root is absolute, private (0700) and its working directory.
type folder struct {
	root   string
	socket string // absolute; "" until findSocket
}

// openFolder creates what is missing in the state directory dir and reads where an earlier server's socket was.
func openFolder(dir string) (*folder, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find the state directory: %w", err)
	}
	f := &folder{root: filepath.Join(dir, "redis")}
	if err := os.MkdirAll(f.root, 0o700); err != nil {
		return nil, fmt.Errorf("create the server's folder: %w", err)
	}
	if err := os.Chmod(f.root, 0o700); err != nil { //nolint:gosec // a folder needs the x bit; this is the owner's alone
		return nil, fmt.Errorf("make the server's folder private: %w", err)
	}
	place, err := os.ReadFile(f.path(placeName))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read the socket's place: %w", err)
	}
	f.socket = strings.TrimSuffix(string(place), "\n")
	return f, nil
}

// path returns the path of a file in the folder.
func (f *folder) path(name string) string { return filepath.Join(f.root, name) }

// findSocket decides where the next server's socket is and notes it for whoever comes after us. No server may be alive.
func (f *folder) findSocket(ctx context.Context) error {
	f.removeSocket()
	if home := f.path(socketName); bindable(ctx, home) == nil {
		return f.note(home)
	}
	var last error
	for _, base := range []string{os.TempDir(), "/tmp"} {
		private, err := os.MkdirTemp(base, tempPattern)
		if err != nil {
			last = err
			continue
		}
		socket := filepath.Join(private, socketName)
		if last = bindable(ctx, socket); last == nil {
			return f.note(socket)
		}
		_ = os.Remove(private)
	}
	return fmt.Errorf("%w for %s: %w", ErrSocketPath, f.root, last)
}

// bindable tries the path out and leaves nothing there.
func bindable(ctx context.Context, path string) error {
	_ = os.Remove(path) // stale: the caller knows that no server is alive
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "unix", path)
	if err != nil {
		return err
	}
	return listener.Close()
}

// note keeps the socket's path in a file, replaced as a whole so that a crash leaves the old path or the new.
func (f *folder) note(socket string) error {
	f.socket = socket
	return f.write(placeName, socket+"\n")
}

// write replaces a file of the folder in one step.
func (f *folder) write(name, text string) error {
	next := f.path(name + ".new")
	if err := os.WriteFile(next, []byte(text), 0o600); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(next, f.path(name)); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// removeSocket removes what an earlier server left: its socket, the temporary folder made for it, the note and the pid file. What cannot
// be removed is no harm, a new server gets by; hence no error.
func (f *folder) removeSocket() {
	if filepath.Base(f.socket) == socketName {
		_ = os.Remove(f.socket)
		if place := filepath.Dir(f.socket); strings.HasPrefix(filepath.Base(place), tempPattern) {
			_ = os.Remove(place) // fails on a folder that holds anything else
		}
	}
	_ = os.Remove(f.path(placeName))
	_ = os.Remove(f.path(pidName))
	f.socket = ""
}

// config is the server's whole configuration. All paths but the socket's are relative to its working directory, the folder.
func (f *folder) config() string {
	return strings.Join([]string{
		"# Written by annohook at each start; changes are lost.",
		"port 0",
		"unixsocket " + quote(f.socket),
		"unixsocketperm 700",
		"daemonize no",
		"pidfile " + pidName,
		`logfile ""`,
		"appendonly yes",
		"appendfsync everysec",
		"aof-load-truncated yes", // a power cut may tear the last record
		`save ""`,
		"maxmemory-policy noeviction", // an evicted key would be a lost delivery
		"",
	}, "\n")
}

// quote writes s as one argument of a redis.conf line. In double quotes the parser (sdssplitargs) knows \" \\ and \xHH; every byte that
// is not plain ASCII goes as \xHH, so that a line break in a path cannot begin a directive.
func quote(s string) string {
	out := make([]byte, 0, len(s)+2)
	out = append(out, '"')
	for _, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c < ' ' || c > '~':
			out = fmt.Appendf(out, `\x%02x`, c)
		default:
			out = append(out, c)
		}
	}
	return string(append(out, '"'))
}

// openLog opens the log for appending, after moving away one that grew too long, and returns its length so far.
func (f *folder) openLog() (log *os.File, length int64, err error) {
	path := f.path(logName)
	if info, err := os.Stat(path); err == nil && info.Size() > maxLogBytes {
		if err := os.Rename(path, path+".old"); err != nil {
			return nil, 0, fmt.Errorf("move the server's log: %w", err)
		}
	}
	log, err = os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600) //nolint:gosec // G304: a file of our own folder
	if err != nil {
		return nil, 0, fmt.Errorf("open the server's log: %w", err)
	}
	info, err := log.Stat()
	if err != nil {
		_ = log.Close()
		return nil, 0, fmt.Errorf("open the server's log: %w", err)
	}
	return log, info.Size(), nil
}

// logTail returns the last words of the log after offset, for an error message.
func (f *folder) logTail(offset int64) string {
	log, err := os.Open(f.path(logName))
	if err != nil {
		return "no log"
	}
	defer func() { _ = log.Close() }()
	if info, err := log.Stat(); err == nil {
		offset = max(offset, info.Size()-maxTailBytes)
	}
	text, err := io.ReadAll(io.NewSectionReader(log, offset, maxTailBytes))
	if err != nil || len(text) == 0 {
		return "it printed nothing"
	}
	return strings.TrimSpace(string(text))
}
