package toloka

import (
	"context"
	"net/http"
	"time"

	"github.com/annohook/annohook/payloads"
)

// What the requester's account shows.
const (
	requesterID      = "4fd79b9ec12c9a2b7a4f3bd1d5a1c0a7"
	requesterBalance = 1000.0
	reward           = 0.05 // of one suite
)

func (a *api) requester(request) (int, payloads.Value, error) {
	return http.StatusOK, payloads.Obj("id", requesterID, "balance", requesterBalance, "public_name", payloads.Obj("EN", "annohook")), nil
}

func (a *api) world(ctx context.Context) (*world, error) {
	data, err := a.host.World(ctx)
	if err != nil {
		return nil, err
	}
	return loadWorld(data)
}

// pool answers a pool of the world, or one that a request named which was sent a short while ago.
func (a *api) pool(r request) (int, payloads.Value, error) {
	w, err := a.world(r.ctx)
	if err != nil {
		return 0, nil, err
	}
	p := w.pool(r.id)
	if p == nil {
		if p, err = a.sentPool(r.ctx, r.id); err != nil {
			return 0, nil, err
		}
	}
	return http.StatusOK, p.view(), nil
}

func (p *pool) view() *payloads.Object {
	o := payloads.Obj("id", p.ID, "project_id", p.Project, "private_name", p.Name, "status", p.Status)
	if p.Reason != "" {
		o.Set("last_close_reason", p.Reason)
	}
	o.Set("auto_accept_solutions", p.AutoAccept)
	o.Set("created", p.Created.Format(layoutMilli))
	setTime(o, "last_started", p.Started)
	setTime(o, "last_stopped", p.Stopped)
	o.Set("type", "REGULAR")
	return o
}

func setTime(o *payloads.Object, key string, at time.Time) {
	if !at.IsZero() {
		o.Set(key, at.UTC().Format(layoutMilli))
	}
}

func (a *api) open(r request) (int, payloads.Value, error) {
	return a.turn(r, statusOpen, ActionOpenPool, "POOL.OPEN")
}

func (a *api) close(r request) (int, payloads.Value, error) {
	return a.turn(r, statusClosed, ActionClosePool, "POOL.CLOSE")
}

// turn opens or closes a pool: 204 where it is so already, or else an operation that is done when it is answered.
func (a *api) turn(r request, status, action, operation string) (int, payloads.Value, error) {
	if already, err := a.stands(r.ctx, r.id, status); err != nil || already {
		return http.StatusNoContent, nil, err
	}
	if _, err := a.host.Act(r.ctx, action, payloads.Obj("pool", r.id)); err != nil {
		if already, again := a.stands(r.ctx, r.id, status); again == nil && already {
			return http.StatusNoContent, nil, nil // another call has done it in the meantime
		}
		return 0, nil, conflict(err)
	}
	random, err := a.host.Random()
	if err != nil {
		return 0, nil, err
	}
	now := a.host.Now().UTC().Format(layoutMilli)
	return http.StatusAccepted, payloads.Obj("id", uuidOf(random).String(), "type", operation, "status", "SUCCESS",
		"parameters", payloads.Obj("pool_id", r.id), "submitted", now, "started", now, "finished", now, "progress", 100), nil
}

// stands reports whether a pool of the world has that status.
func (a *api) stands(ctx context.Context, id, status string) (bool, error) {
	w, err := a.world(ctx)
	if err != nil {
		return false, err
	}
	p := w.pool(id)
	if p == nil {
		return false, errAbsent
	}
	return p.Status == status, nil
}

// task answers a task of the world, or one that a request named which was sent a short while ago.
func (a *api) task(r request) (int, payloads.Value, error) {
	w, err := a.world(r.ctx)
	if err != nil {
		return 0, nil, err
	}
	s, one := w.task(r.id)
	if one == nil {
		view, err := a.sentTask(r.ctx, r.id)
		return http.StatusOK, view, err
	}
	o := taskView(w.projectOf(s.Pool), one.ID)
	o.Set("pool_id", s.Pool)
	o.Set("created", s.Created.Format(layoutMilli))
	return http.StatusOK, o, nil
}

func taskView(project, id string) *payloads.Object {
	return payloads.Obj("id", id, "input_values", inputOf(project, id))
}
