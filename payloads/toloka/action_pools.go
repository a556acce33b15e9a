package toloka

import "github.com/annohook/annohook/payloads"

func createPool(t *turn) (*payloads.Object, error) {
	id := t.String("id")
	if t.world.pool(id) != nil {
		return nil, payloads.ParamErrorf("id", "pool %s exists already", id)
	}
	p := t.world.newPool(id, t.now)
	p.AutoAccept, p.Overlap = t.Bool("auto_accept"), int(t.Int("overlap"))
	if name := t.String("name"); name != "" {
		p.Name = name
	}
	return poolResult(p), nil
}

func poolResult(p *pool) *payloads.Object {
	result := payloads.Obj("id", p.ID, "pool", p.ID, "project", p.Project, "status", p.Status)
	if p.Status == statusClosed && p.Reason != "" {
		result.Set("reason", p.Reason)
	}
	return result
}

func openPool(t *turn) (*payloads.Object, error) {
	p := t.pool()
	if p.Status != statusOpen {
		t.world.open(p, t.now)
	}
	return poolResult(p), nil
}

func closePool(t *turn) (*payloads.Object, error) {
	p := t.pool()
	if p.Status != statusOpen {
		if t.Has("pool") {
			return nil, payloads.ParamErrorf("pool", "pool %s is closed already; %s opens it again", p.ID, ActionOpenPool)
		}
		t.world.open(p, t.now)
	}
	p.Status, p.Reason, p.Stopped = statusClosed, t.String("reason"), t.now
	return poolResult(p), t.raise(PoolClosed, subject{Project: p.Project, Pool: p.ID, Reason: p.Reason})
}
