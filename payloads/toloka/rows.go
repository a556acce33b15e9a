package toloka

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// keptRow is what options.rows keeps of one row of Toloka's own API: its id and when it was made. See the package's decision 8.
type keptRow struct {
	ID      string `json:"id"`
	Created string `json:"created"` // UTC without zone, milliseconds
}

const optionRows = "rows"

// keptRows reads options.rows, by event type; nil where nothing is kept there. What check refuses is passed over.
func keptRows(s subscriptions.Subscription) map[string]keptRow {
	if !bytes.Contains(s.Options, []byte(`"`+optionRows+`"`)) {
		return nil
	}
	var options struct {
		Rows map[string]keptRow `json:"rows"`
	}
	if err := json.Unmarshal(s.Options, &options); err != nil {
		return nil
	}
	for key, row := range options.Rows {
		if _, ok := row.time(); !ok || !isRowID(row.ID) {
			delete(options.Rows, key)
		}
	}
	return options.Rows
}

func (r keptRow) time() (time.Time, bool) {
	at, err := time.Parse(layoutMilli, r.Created)
	return at, err == nil
}

// rowIDDigits is the length of a row's id, 24 lower-case hex digits as in the documents' sample.
const rowIDDigits = 24

// keep is the row as options.rows keeps it.
func (r row) keep() keptRow { return keptRow{ID: r.ID, Created: r.Created.Format(layoutMilli)} }

func isRowID(id string) bool { return len(id) == rowIDDigits && only(id, hexDigits) }

// rowID is the id of one row of a subscription: the kept one, or the derived one; "" where there is neither.
func rowID(s subscriptions.Subscription, key string) string {
	if row, ok := keptRows(s)[key]; ok {
		return row.ID
	}
	return RowID(s.NativeID, key)
}

// withRows returns options with options.rows replaced; without any rows the key is left out.
func withRows(options json.RawMessage, rows map[string]keptRow) (json.RawMessage, error) {
	tree := payloads.Obj()
	if len(options) > 0 {
		v, err := payloads.ParseValue(options)
		if err != nil {
			return nil, err
		}
		if o, ok := v.(*payloads.Object); ok {
			tree = o
		}
	}
	tree.Delete(optionRows)
	kept := payloads.Obj()
	for _, key := range eventKeys() {
		if row, ok := rows[key]; ok {
			kept.Set(key, payloads.Obj("id", row.ID, "created", row.Created))
		}
	}
	if kept.Len() > 0 {
		tree.Set(optionRows, kept)
	}
	if tree.Len() == 0 {
		return nil, nil
	}
	return payloads.JSON(tree)
}

// row is one webhook subscription as Toloka's own API has it: one event type of one subscription of ours.
type row struct {
	ID      string
	URL     string
	Event   string
	Pool    string // "" where the subscription of ours has no scope
	Created time.Time

	owner string // our id of the subscription
}

// same reports whether two rows are one that is stored twice.
func (r row) same(other row) bool {
	return r.ID == other.ID && r.URL == other.URL && r.Event == other.Event && r.Pool == other.Pool
}

// eventKeys are the event types that a row can have, in the catalogue's order; TEST_EVENT is the last.
func eventKeys() []string {
	return []string{
		PoolClosed, DynamicOverlapCompleted, AssignmentCreated, AssignmentSubmitted, AssignmentSkipped, AssignmentExpired, AssignmentApproved,
		AssignmentRejected, TestEvent,
	}
}

// wants reports whether s has a row for the event type: without a filter the eight that happen have one, TEST_EVENT has not.
func wants(s subscriptions.Subscription, key string) bool {
	if s.Events == nil {
		return key != TestEvent
	}
	return slices.Contains(s.Events, key)
}

// wanted are the event types that s has a row for, in the catalogue's order.
func wanted(s subscriptions.Subscription) []string {
	return slices.DeleteFunc(eventKeys(), func(key string) bool { return !wants(s, key) })
}

// tableOf returns the rows of all subscriptions, in the order of Created, which no two of them share: a client that pages by it loses
// none. Kept times win; a derived one (CreatedAt and a millisecond for each row) moves on to the next free millisecond.
func tableOf(subs []subscriptions.Subscription) []row {
	var kept, derived []row
	keys := eventKeys()
	for _, s := range subs {
		known, pool := keptRows(s), scopePool(s.Scope)
		for i, key := range keys {
			if !wants(s, key) {
				continue
			}
			r := row{ID: RowID(s.NativeID, key), URL: s.URL, Event: key, Pool: pool, owner: s.ID}
			r.Created = s.CreatedAt.UTC().Truncate(time.Millisecond).Add(time.Duration(i) * time.Millisecond)
			if k, ok := known[key]; ok {
				r.ID = k.ID
				r.Created, _ = k.time()
				kept = append(kept, r)
				continue
			}
			derived = append(derived, r)
		}
	}
	return inTime(kept, derived)
}

// inTime gives each row a time of its own and sorts them by it.
func inTime(kept, derived []row) []row {
	moved := make(map[string]row, len(kept))
	for _, r := range kept {
		moved[r.ID] = r
	}
	derived = slices.DeleteFunc(derived, func(r row) bool {
		twin, known := moved[r.ID]
		if !known || !twin.same(r) {
			return false
		}
		r.Created = twin.Created // it has moved, see ledger.twins, and its time with it
		kept = append(kept, r)
		return true
	})
	slices.SortStableFunc(kept, byCreated)
	slices.SortStableFunc(derived, byCreated)
	taken := make(map[time.Time]bool, len(kept))
	spread(kept, taken)
	for _, r := range kept {
		taken[r.Created] = true
	}
	spread(derived, taken)
	table := append(kept, derived...)
	slices.SortFunc(table, byCreated)
	return table
}

// spread makes the times of rows, which are in order, strictly rise and avoid what is taken; a row that is stored twice has one time.
func spread(rows []row, taken map[time.Time]bool) {
	for i := range rows {
		if i > 0 && rows[i].same(rows[i-1]) {
			rows[i].Created = rows[i-1].Created
			continue
		}
		if i > 0 && !rows[i].Created.After(rows[i-1].Created) {
			rows[i].Created = rows[i-1].Created.Add(time.Millisecond)
		}
		for taken[rows[i].Created] {
			rows[i].Created = rows[i].Created.Add(time.Millisecond)
		}
	}
}

func byCreated(a, b row) int { return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID)) }

// view is the row as Toloka's API shows it; secret_key is never shown.
func (r row) view() *payloads.Object {
	return payloads.Obj("id", r.ID, "webhook_url", r.URL, "event_type", r.Event, "pool_id", r.Pool, "created", r.Created.Format(layoutMilli))
}
