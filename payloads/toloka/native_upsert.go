package toloka

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// maxForms bounds one upsert.
const maxForms = 1000

// maxNewPools bounds how many pools one upsert makes known to the world.
const maxNewPools = 20

// put is the upsert: an array, or one object alone.
func (a *api) put(r request) (int, payloads.Value, error) {
	v, err := body(r.http)
	if err != nil {
		return 0, nil, err
	}
	switch t := v.(type) {
	case nil:
		return 0, nil, invalid(payloads.Obj("body", wrong("NOT_NULL_BODY", "The body is empty, as toloka-kit sends an empty list; put at least one subscription")))
	case payloads.Array:
		if len(t) > maxForms {
			return 0, nil, errTooLarge
		}
		return a.putMany(r.ctx, t)
	case *payloads.Object:
		return a.putOne(r.ctx, t)
	default:
		return 0, nil, invalid(payloads.Obj("body", wrong("ARRAY_EXPECTED", "Value must be an array, or one object")))
	}
}

func (a *api) putOne(ctx context.Context, o *payloads.Object) (int, payloads.Value, error) {
	u, err := a.upsert(ctx, payloads.Array{o})
	if err != nil {
		return 0, nil, err
	}
	if wrong := u.wrong[0]; wrong != nil {
		return 0, nil, invalid(wrong)
	}
	if u.fresh[0] {
		return http.StatusCreated, u.stored[0].view(), nil
	}
	return http.StatusOK, u.stored[0].view(), nil
}

func (a *api) putMany(ctx context.Context, list payloads.Array) (int, payloads.Value, error) {
	u, err := a.upsert(ctx, list)
	if err != nil {
		return 0, nil, err
	}
	items, wrongs := payloads.Obj(), payloads.Obj()
	for i := range list {
		if wrong := u.wrong[i]; wrong != nil {
			wrongs.Set(strconv.Itoa(i), wrong)
			continue
		}
		items.Set(strconv.Itoa(i), u.stored[i].view())
	}
	if items.Len() == 0 && wrongs.Len() > 0 {
		return 0, nil, invalid(wrongs)
	}
	return http.StatusOK, payloads.Obj("items", items, "validation_errors", wrongs), nil
}

// upsertion is one upsert at work; its lists have a place for each form.
type upsertion struct {
	*ledger

	forms  []form
	wrong  []*payloads.Object // what is wrong with a form, nil where it is right
	stored []row
	fresh  []bool // the row is new
}

// upsert stores what is right of the list. A form keeps id and time of the row that has its key already and replaces its secret; one that
// has none takes the secret away.
func (a *api) upsert(ctx context.Context, list payloads.Array) (*upsertion, error) {
	n := len(list)
	u := &upsertion{forms: make([]form, n), wrong: make([]*payloads.Object, n), stored: make([]row, n), fresh: make([]bool, n)}
	for i, v := range list {
		f, wrongs := readForm(v)
		u.forms[i] = f
		if wrongs.Len() > 0 {
			u.wrong[i] = wrongs
		}
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	var err error
	if u.ledger, err = a.ledger(ctx); err != nil {
		return nil, err
	}
	if err := u.replaceSecrets(ctx); err != nil {
		return nil, err
	}
	for i := range list {
		if u.wrong[i] != nil {
			continue
		}
		err := u.store(ctx, i)
		if problems, ok := errors.AsType[*payloads.ProblemsError](err); ok {
			u.wrong[i] = fieldsOf(problems.Problems)
		} else if err != nil {
			return nil, err
		}
	}
	return u, a.introduce(ctx, u)
}

// replaceSecrets changes the secret of those subscriptions in place whose rows all get the same new one, which is what a client does that
// sends its whole list again.
func (u *upsertion) replaceSecrets(ctx context.Context) error {
	secrets := map[rowKey]string{}
	var owners []string
	for i, f := range u.forms {
		if u.wrong[i] != nil {
			continue
		}
		secrets[f.rowKey] = f.secret
		if r, ok := u.find(f.rowKey); ok && !slices.Contains(owners, r.owner) {
			owners = append(owners, r.owner)
		}
	}
	for _, id := range owners {
		secret, all := u.common(id, secrets)
		if !all || secret == string(u.subs[id].Secret) {
			continue
		}
		err := u.change(ctx, id, func(s *subscriptions.Subscription) { s.Secret = subscriptions.Secret(secret) })
		if _, refused := errors.AsType[*payloads.ProblemsError](err); err != nil && !refused {
			return err // a refusal is met again, and told, when the form itself is stored
		}
	}
	return nil
}

// common is the secret that all rows of a subscription are given, and whether there is one.
func (u *upsertion) common(owner string, secrets map[rowKey]string) (string, bool) {
	rows := u.of(owner)
	first := ""
	for i, r := range rows {
		key := rowKey{url: r.URL, event: r.Event, pool: r.Pool}
		secret, given := secrets[key]
		if i == 0 {
			first = secret
		}
		if found, _ := u.find(key); !given || secret != first || found.owner != owner {
			return "", false
		}
	}
	return first, len(rows) > 0
}

// store upserts one form.
func (u *upsertion) store(ctx context.Context, i int) error {
	f := u.forms[i]
	r, exists := u.find(f.rowKey)
	if !exists {
		r, err := u.newRow(f.rowKey)
		if err != nil {
			return err
		}
		u.fresh[i] = true
		u.stored[i], err = u.add(ctx, r, true, f.secret, subscriptions.Subscription{})
		return err
	}
	r, err := u.single(ctx, r, f.secret)
	if err != nil {
		return err
	}
	u.stored[i] = r
	owner := u.subs[r.owner]
	if string(owner.Secret) == f.secret {
		return nil
	}
	if len(u.of(r.owner)) == 1 {
		return u.change(ctx, r.owner, func(s *subscriptions.Subscription) { s.Secret = subscriptions.Secret(f.secret) })
	}
	if _, err := u.add(ctx, r, false, f.secret, owner); err != nil {
		return err
	}
	return u.drop(ctx, r)
}

// single ends what a broken move has left of a row, if one has: the place with the wanted secret stays, or else the first.
func (u *upsertion) single(ctx context.Context, r row, secret string) (row, error) {
	places := append([]row{r}, u.twins(r)...)
	stays := max(0, slices.IndexFunc(places, func(one row) bool { return string(u.subs[one.owner].Secret) == secret }))
	for i, one := range places {
		if i == stays {
			continue
		}
		if err := u.drop(ctx, one); err != nil {
			return r, err
		}
	}
	return places[stays], nil
}

// introduce makes the pools of the stored rows known to the world, opened: on the real platform they exist before anybody can subscribe to
// them, and actions then happen in the pool that the listener looks at.
func (a *api) introduce(ctx context.Context, u *upsertion) error {
	data, err := a.host.World(ctx)
	if err != nil {
		return err
	}
	w, err := loadWorld(data)
	if err != nil {
		return err
	}
	made := map[string]bool{}
	for i, r := range u.stored {
		if u.wrong[i] != nil || made[r.Pool] || w.pool(r.Pool) != nil || len(made) >= maxNewPools {
			continue
		}
		made[r.Pool] = true
		if _, err := a.host.Act(ctx, ActionOpenPool, payloads.Obj("pool", r.Pool)); err != nil {
			return err
		}
	}
	return nil
}
