package toloka

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// ledger is every row of the store as one request sees it, kept up to date while the request changes the store. Whatever it changes in a
// subscription, it writes the ids and times of all that subscription's rows into options.rows, so that they never move again.
type ledger struct {
	host payloads.Host
	subs map[string]subscriptions.Subscription // by our id
	ids  []string                              // of subs, the oldest first
	rows []row
	last time.Time // the latest Created

	spares map[string]map[string]keptRow // by our id and event type, see spare
}

func (a *api) ledger(ctx context.Context) (*ledger, error) {
	list, err := a.host.Subscriptions(ctx)
	if err != nil {
		return nil, err
	}
	l := &ledger{host: a.host, subs: make(map[string]subscriptions.Subscription, len(list)), rows: tableOf(list), spares: map[string]map[string]keptRow{}}
	for _, s := range list {
		l.subs[s.ID] = s
		l.ids = append(l.ids, s.ID)
	}
	if len(l.rows) > 0 {
		l.last = l.rows[len(l.rows)-1].Created
	}
	return l, nil
}

// find returns the oldest row with this key.
func (l *ledger) find(key rowKey) (row, bool) {
	at := slices.IndexFunc(l.rows, func(r row) bool { return r.URL == key.url && r.Event == key.event && r.Pool == key.pool })
	if at < 0 {
		return row{}, false
	}
	return l.rows[at], true
}

// byID returns the row with this id.
func (l *ledger) byID(id string) (row, bool) {
	at := slices.IndexFunc(l.rows, func(r row) bool { return r.ID == id })
	if at < 0 {
		return row{}, false
	}
	return l.rows[at], true
}

// twins are the other rows that are this very one: a move that was broken off between its two halves leaves the row where it was and where it
// went. The next change of the row ends it.
func (l *ledger) twins(r row) []row {
	var list []row
	for _, other := range l.rows {
		if other.owner != r.owner && other.same(r) {
			list = append(list, other)
		}
	}
	return list
}

// of returns the rows of one subscription.
func (l *ledger) of(owner string) []row {
	var list []row
	for _, r := range l.rows {
		if r.owner == owner {
			list = append(list, r)
		}
	}
	return list
}

// home finds a subscription that a row with this key and secret can join: same URL, secret and pool, switched on.
func (l *ledger) home(f form) (string, bool) {
	for _, id := range l.ids {
		s, exists := l.subs[id]
		if exists && s.URL == f.url && string(s.Secret) == f.secret && s.Enabled && s.Events != nil && scopePool(s.Scope) == f.pool &&
			!slices.Contains(s.Events, f.event) {
			return id, true
		}
	}
	return "", false
}

// newRow makes the id and the time of a new row; no two rows share a time. The id is a stand-in where the row goes into a subscription, see
// settle.
func (l *ledger) newRow(key rowKey) (row, error) {
	random, err := l.host.Random()
	if err != nil {
		return row{}, err
	}
	now := l.host.Now().UTC()
	r := row{ID: newNativeID(random, now, 0), URL: key.url, Event: key.event, Pool: key.pool, Created: now.Truncate(time.Millisecond)}
	if !r.Created.After(l.last) {
		r.Created = l.last.Add(time.Millisecond)
	}
	return r, nil
}

// settle gives a new row of a subscription the id that is derived for it, so that it keeps it when a user replaces the subscription's options;
// not where that id is in use, or was.
func (l *ledger) settle(r row, owner, native string) row {
	derived := RowID(native, r.Event)
	_, used := l.byID(derived)
	if _, spare := l.spare(owner)[r.Event]; !used && !spare && derived != "" {
		r.ID = derived
	}
	return r
}

// add puts a row, a new one or one that moves, into a subscription with its secret: one that fits, or a new one made after the pattern of like.
// It returns the row as it is stored.
func (l *ledger) add(ctx context.Context, r row, fresh bool, secret string, like subscriptions.Subscription) (row, error) {
	f := form{rowKey: rowKey{url: r.URL, event: r.Event, pool: r.Pool}, secret: secret}
	if owner, ok := l.home(f); ok {
		if fresh {
			r = l.settle(r, owner, l.subs[owner].NativeID)
		}
		r.owner = owner
		l.note(r)
		err := l.change(ctx, owner, func(s *subscriptions.Subscription) { s.Events = append(wanted(*s), r.Event) })
		if err != nil {
			l.rows = l.rows[:len(l.rows)-1]
		}
		return r, err
	}
	s := like.Clone()
	s.Enabled = like.ID == "" || like.Enabled
	s.ID, s.NativeID, s.URL, s.Secret, s.Events = "", "", r.URL, subscriptions.Secret(secret), []string{r.Event}
	s.ConsecutiveFailures = 0
	if fresh {
		s.NativeID = r.ID
		r = l.settle(r, "", s.NativeID)
	}
	var err error
	if s.Scope, err = payloads.JSON(payloads.Obj("pool_id", r.Pool)); err != nil {
		return r, err
	}
	if s.Options, err = withRows(s.Options, map[string]keptRow{r.Event: r.keep()}); err != nil {
		return r, err
	}
	if s, err = l.host.Subscribe(ctx, s); err != nil {
		return r, err
	}
	l.subs[s.ID] = s
	l.ids = append(l.ids, s.ID)
	r.owner = s.ID
	l.note(r)
	return r, nil
}

func (l *ledger) note(r row) {
	l.rows = append(l.rows, r)
	if r.Created.After(l.last) {
		l.last = r.Created
	}
}

// drop takes a row out of its subscription, which goes with its last row. Should our own API bring the event type back, it is another row, as
// it would be on the platform: an id is never used twice, and one that has moved is in use.
func (l *ledger) drop(ctx context.Context, gone row) error {
	l.rows = slices.DeleteFunc(l.rows, func(r row) bool { return r.owner == gone.owner && r.Event == gone.Event })
	if len(l.of(gone.owner)) == 0 {
		_, err := l.host.Unsubscribe(ctx, gone.owner)
		delete(l.subs, gone.owner)
		return err
	}
	next, err := l.newRow(rowKey{})
	if err != nil {
		return err
	}
	l.spare(gone.owner)[gone.Event] = next.keep()
	return l.change(ctx, gone.owner, func(s *subscriptions.Subscription) {
		s.Events = slices.DeleteFunc(wanted(*s), func(key string) bool { return key == gone.Event })
	})
}

// spare are the rows that options.rows keeps of event types which the subscription does not want now.
func (l *ledger) spare(owner string) map[string]keptRow {
	if l.spares[owner] == nil {
		l.spares[owner] = map[string]keptRow{}
		for key, r := range keptRows(l.subs[owner]) {
			if !wants(l.subs[owner], key) {
				l.spares[owner][key] = r
			}
		}
	}
	return l.spares[owner]
}

// change edits a subscription and writes its rows, as they now are, into its options.
func (l *ledger) change(ctx context.Context, owner string, edit func(*subscriptions.Subscription)) error {
	kept := maps.Clone(l.spare(owner))
	for _, r := range l.of(owner) {
		kept[r.Event] = r.keep()
	}
	s, err := l.host.Change(ctx, owner, func(s *subscriptions.Subscription) error {
		edit(s)
		options, err := withRows(s.Options, kept)
		s.Options = options
		return err
	})
	if err != nil {
		return err
	}
	l.subs[owner] = s
	return nil
}
