package toloka

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
)

// Bounds of a page.
const (
	defaultLimit = 50
	maxLimit     = 300
)

// list answers one page of rows. It sorts by created where the client does not say, and id settles ties.
func (a *api) list(r request) (int, payloads.Value, error) {
	q, err := readQuery(r.http.URL.Query())
	if err != nil {
		return 0, nil, err
	}
	subs, err := a.host.Subscriptions(r.ctx)
	if err != nil {
		return 0, nil, err
	}
	seen := map[string]bool{}
	rows := slices.DeleteFunc(tableOf(subs), func(one row) bool {
		twice := seen[one.ID] // see ledger.twins
		seen[one.ID] = true
		return twice || !q.holds(one)
	})
	slices.SortStableFunc(rows, q.compare)
	items := payloads.Array{}
	for _, one := range rows[:min(len(rows), q.limit)] {
		items = append(items, one.view())
	}
	return http.StatusOK, payloads.Obj("items", items, "has_more", len(rows) > q.limit), nil
}

func (a *api) get(r request) (int, payloads.Value, error) {
	subs, err := a.host.Subscriptions(r.ctx)
	if err != nil {
		return 0, nil, err
	}
	for _, one := range tableOf(subs) {
		if one.ID == r.id {
			return http.StatusOK, one.view(), nil
		}
	}
	return 0, nil, errAbsent
}

// query is what a list asks for.
type query struct {
	event, pool string // "": any
	filters     []filter
	sort        []sortKey
	limit       int
}

// filter compares a field with a bound: "lt", "lte", "gt" or "gte".
type filter struct {
	operator string
	compare  func(row) int // the row's value with the bound
}

type sortKey struct {
	name       string
	descending bool
}

func (q query) holds(r row) bool {
	if (q.event != "" && r.Event != q.event) || (q.pool != "" && r.Pool != q.pool) {
		return false
	}
	for _, f := range q.filters {
		c := f.compare(r)
		if (f.operator == "lt" && c >= 0) || (f.operator == "lte" && c > 0) || (f.operator == "gt" && c <= 0) || (f.operator == "gte" && c < 0) {
			return false
		}
	}
	return true
}

func (q query) compare(a, b row) int {
	for _, key := range q.sort {
		c := cmp.Compare(a.ID, b.ID)
		if key.name == "created" {
			c = a.Created.Compare(b.Created)
		}
		if key.descending {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return byCreated(a, b)
}

// readQuery reads the parameters of a list; those that are not known are passed over. The error names every one that is wrong.
func readQuery(values url.Values) (query, error) {
	q := query{event: values.Get("event_type"), pool: values.Get("pool_id"), limit: defaultLimit}
	r := formReader{errors: payloads.Obj()}
	if q.event != "" && !slices.Contains(eventKeys(), q.event) {
		r.bad("event_type", "UNKNOWN_ENUM_VALUE", "Unknown value; one of "+strings.Join(eventKeys(), ", ")+" is expected")
	}
	for _, operator := range []string{"lt", "lte", "gt", "gte"} {
		if bound := values.Get("id_" + operator); bound != "" {
			q.filters = append(q.filters, filter{operator, func(one row) int { return cmp.Compare(one.ID, bound) }})
		}
		name := "created_" + operator
		text := values.Get(name)
		if text == "" {
			continue
		}
		bound, ok := parseTime(text)
		if !ok {
			r.bad(name, "INVALID_DATE_TIME_SYNTAX", "Value must be a time such as 2022-12-01T15:00:00.123")
		}
		q.filters = append(q.filters, filter{operator, func(one row) int { return one.Created.Compare(bound) }})
	}
	q.sort = r.sort(values.Get("sort"))
	if text := values.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxLimit {
			r.bad("limit", "VALUE_OUT_OF_BOUNDS", "Value must be a whole number from 1 to "+strconv.Itoa(maxLimit))
		}
		q.limit = n
	}
	if r.errors.Len() > 0 {
		return q, invalid(r.errors)
	}
	return q, nil
}

// sort reads "created,-id".
func (f *formReader) sort(text string) []sortKey {
	if text == "" {
		return nil
	}
	var keys []sortKey
	for part := range strings.SplitSeq(text, ",") {
		name, descending := strings.CutPrefix(strings.TrimSpace(part), "-")
		if name != "id" && name != "created" {
			f.bad("sort", "UNKNOWN_ENUM_VALUE", "Value must be a list of id and created, each with or without a minus")
			return nil
		}
		if len(keys) < 2 {
			keys = append(keys, sortKey{name: name, descending: descending})
		}
	}
	return keys
}

// parseTime reads the forms that the documents and the SDKs write: a date alone, or with a time of 0 to 9 fraction digits, UTC without zone or
// with Z.
func parseTime(text string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02T15:04:05", time.DateOnly} { // time.Parse takes a fraction after the seconds by itself
		if at, err := time.Parse(layout, strings.TrimSuffix(text, "Z")); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// remove deletes one row.
func (a *api) remove(r request) (int, payloads.Value, error) {
	a.writing.Lock()
	defer a.writing.Unlock()
	l, err := a.ledger(r.ctx)
	if err != nil {
		return 0, nil, err
	}
	gone, ok := l.byID(r.id)
	if !ok {
		return 0, nil, errAbsent
	}
	for _, one := range append(l.twins(gone), gone) {
		if err := l.drop(r.ctx, one); err != nil {
			return 0, nil, absent(err)
		}
	}
	return http.StatusNoContent, nil, nil
}
