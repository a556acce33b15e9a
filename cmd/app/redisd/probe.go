package redisd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// probeTimeout bounds one look at a server. A healthy one answers in well under a millisecond.
const probeTimeout = time.Second

var (
	// errLoading says that the server is alive and reads its data; it answers once it has.
	errLoading = errors.New("the redis server is loading its data")
	// errForeign says that a server answers that works in another folder.
	errForeign = errors.New("another redis server answers")
)

// identify asks the server behind socket for its process id and makes sure that it works in the folder root. errLoading and errForeign
// are told apart; every other error means that no server answers.
func identify(ctx context.Context, socket, root string) (pid int, err error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	replies, err := ask(ctx, socket, []string{"PING"}, []string{"INFO", "server"}, []string{"CONFIG", "GET", "dir"})
	if err != nil {
		if refused, ok := errors.AsType[replyError](err); ok && strings.HasPrefix(string(refused), "LOADING") {
			return 0, errLoading
		}
		return 0, err
	}
	if dir := replies[2]; len(dir) != 2 || !sameFolder(dir[1], root) {
		return 0, fmt.Errorf("%w on %s: it works in %q", errForeign, socket, dir)
	}
	pid, err = strconv.Atoi(infoField(strings.Join(replies[1], ""), "process_id"))
	if err != nil || pid < 2 {
		return 0, fmt.Errorf("%w on %s: it names no process id", errForeign, socket)
	}
	return pid, nil
}

// infoField returns the value of a field of INFO's reply, "" without one.
func infoField(info, name string) string {
	for line := range strings.Lines(info) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+":"); ok {
			return value
		}
	}
	return ""
}

// sameFolder compares the folders, not their names: the server tells its own with symbolic links resolved.
func sameFolder(a, b string) bool {
	left, errLeft := os.Stat(a)
	right, errRight := os.Stat(b)
	return errLeft == nil && errRight == nil && os.SameFile(left, right)
}
