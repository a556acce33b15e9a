package pulse

import (
	"context"
	"errors"

	"github.com/annohook/annohook/sender/history"
)

// Shared returns feed with a Tail that gets what is new from hub, which must be running: so one process decodes the feed once.
func Shared(feed history.Feed, hub *history.Hub) history.Feed {
	return shared{Feed: feed, hub: hub}
}

type shared struct {
	history.Feed

	hub *history.Hub
}

var errReached = errors.New("reached")

// Tail implements history.Feed. From the beginning it reads the feed itself up to where the hub takes over.
func (s shared) Tail(ctx context.Context, after string, fn func([]history.Entry) error) error {
	if after != "" {
		return s.hub.Follow(ctx, after, nil, fn)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	read := ""
	err := s.hub.Follow(ctx, "", func() {
		var err error
		if read, err = s.upToNow(ctx, fn); err != nil {
			stop(err)
		}
	}, func(entries []history.Entry) error {
		for len(entries) > 0 && read != "" && history.CompareIDs(entries[0].ID, read) <= 0 {
			entries = entries[1:]
		}
		if len(entries) == 0 {
			return nil
		}
		return fn(entries)
	})
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// upToNow reads the feed from its beginning to its present end, and returns the id of the last entry read.
func (s shared) upToNow(ctx context.Context, fn func([]history.Entry) error) (string, error) {
	last, err := s.Last(ctx)
	if err != nil || last == "" {
		return "", err
	}
	read := ""
	err = s.Feed.Tail(ctx, "", func(entries []history.Entry) error {
		if err := fn(entries); err != nil {
			return err
		}
		if read = entries[len(entries)-1].ID; history.CompareIDs(read, last) >= 0 {
			return errReached
		}
		return nil
	})
	if errors.Is(err, errReached) {
		err = nil
	}
	return read, err
}
