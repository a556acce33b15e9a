package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
)

// Bounds of what is remembered of plays.
const (
	keptPlays        = 50
	maxRaisedShown   = 50 // events of one step
	maxReasonsShown  = 5
	maxDeliveryChips = 5 // deliveries of one event
)

// storyGap is the shortest pause between two steps, for what lies between an event's due time and its arrival.
const storyGap = 100 * time.Millisecond

// play is one action that was performed, or a story on its way. It is remembered by this process only; what it raised is kept like everything else.
type play struct {
	id            int
	platform      payloads.Platform
	profile       string // narrows the fan-out; empty: every profile
	subscriptions []string
	seed          *uint64
	now           *time.Time
	state         url.Values // of the form

	action payloads.Action // with params; without a name it is a story
	params *payloads.Object
	story  payloads.Story

	mu      sync.Mutex // for what follows; held while a step is played
	results map[string]*payloads.Object
	steps   []playedStep
	broken  string // why the story cannot go on
}

// playedStep is one step as it was played.
type playedStep struct {
	Action string
	Note   string
	Params *payloads.Object
	At     time.Time
	Acted  scheduler.Acted
}

// plays remembers the last ones. It is safe for concurrent use.
type plays struct {
	mu   sync.Mutex
	last int
	list []*play // oldest first
}

// add remembers a play and returns it.
func (ps *plays) add(p *play) *play {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.last++
	p.id = ps.last
	ps.list = append(ps.list, p)
	ps.list = ps.list[max(0, len(ps.list)-keptPlays):]
	return p
}

// find returns a play, nil when it is not remembered.
func (ps *plays) find(id string) *play {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	n, err := strconv.Atoi(id)
	at := slices.IndexFunc(ps.list, func(p *play) bool { return p.id == n })
	if err != nil || at < 0 {
		return nil
	}
	return ps.list[at]
}

// act performs the one action of a play that is no story.
func (p *play) act(ctx context.Context, do actor, at time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.perform(ctx, do, playedStep{Action: p.action.Name, Params: p.params, At: at})
}

// perform does one step and notes it; the caller holds the lock.
func (p *play) perform(ctx context.Context, do actor, step playedStep) error {
	ask := scheduler.Act{
		Platform: p.platform.ID, Action: step.Action, Params: step.Params, Profile: p.profile, Now: p.now, SubscriptionIDs: p.subscriptions,
	}
	if p.seed != nil {
		seed := (*p.seed + uint64(len(p.steps))) % (maxSeed + 1)
		ask.Seed = &seed
	}
	var err error
	if step.Acted, err = do(ctx, ask); err != nil {
		return err
	}
	p.steps = append(p.steps, step)
	return nil
}

// next plays the next step of a story; done says that there was none left.
func (p *play) next(ctx context.Context, do actor, at time.Time) (done bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.steps) >= len(p.story.Steps) || p.broken != "" {
		return true, nil
	}
	step := p.story.Steps[len(p.steps)]
	params, err := step.Params(p.results)
	if err == nil {
		err = p.perform(ctx, do, playedStep{Action: step.Action, Note: step.Note, Params: params, At: at})
	}
	if invalid, ok := errors.AsType[*scheduler.InvalidError](err); ok {
		p.broken = fmt.Sprintf("Step %d (%s) was refused: %v. Somebody may have changed the world meanwhile.", len(p.steps)+1, step.Action, invalid)
		return true, nil
	}
	if err != nil {
		return true, err
	}
	if step.As != "" {
		p.results[step.As] = p.steps[len(p.steps)-1].Acted.Result
	}
	return false, nil
}

// gap is the pause after the newest step, so that the events of the next do not overtake its own, which become due one after another.
func (p *play) gap() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.steps) == 0 {
		return 0
	}
	return min(time.Duration(len(p.steps[len(p.steps)-1].Acted.Events))*p.platform.Spacing, payloads.MaxSpread) + storyGap
}

// rest plays what is left of a story without the pauses that people make.
func (p *play) rest(ctx context.Context, d *dashboard) error {
	for {
		pause := time.NewTimer(p.gap())
		select {
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		case <-pause.C:
		}
		done, err := p.next(ctx, d.scheduler.Act, d.now())
		if done || err != nil {
			return err
		}
	}
}

// startStory begins a story: the first step, or all of them.
func (d *dashboard) startStory(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	f := &form{Values: r.PostForm}
	page := actionsPage{Form: f}
	if err := d.chooseAction(&page); err != nil {
		return err
	}
	if f.text("platform") != page.Platform.ID || page.Story.Name == "" {
		return errors.Join(errForm, errors.New("no such story"))
	}
	p := &play{platform: page.Platform, profile: f.text("profile"), story: page.Story, results: map[string]*payloads.Object{}}
	p.take(f)
	if len(f.Problems) > 0 {
		return d.actionsWith(w, r, http.StatusUnprocessableEntity, f)
	}
	d.plays.add(p)
	return d.goOn(w, r, p)
}

// continueStory plays the next step of a story, or all that are left.
func (d *dashboard) continueStory(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	p := d.plays.find(r.PathValue("id"))
	if p == nil || p.story.Name == "" {
		return errNoPage
	}
	return d.goOn(w, r, p)
}

// goOn does what the pressed button says and leads to the story.
func (d *dashboard) goOn(w http.ResponseWriter, r *http.Request, p *play) error {
	var err error
	if r.PostForm.Get("do") == "all" {
		err = p.rest(r.Context(), d)
	} else {
		_, err = p.next(r.Context(), d.scheduler.Act, d.now())
	}
	if err != nil {
		return err
	}
	return d.seePlay(w, r, p)
}

// playView is a play as the page shows it.
type playView struct {
	ID     int
	Action payloads.Action // without a name it is a story
	Story  payloads.Story
	Steps  []stepView
	Next   payloads.StoryStep // that would come; with an action only where there is one
	Number int                // of the next step, from 1
	Broken string
}

// stepView is one step that was played.
type stepView struct {
	playedStep

	Result []resultField
	Given  string // the parameters as JSON; empty: none
	Raised []raisedView
	More   int // events that are not shown
}

// resultField is one member of a result.
type resultField struct{ Name, Value string }

// raisedView is one event that was raised and where it went.
type raisedView struct {
	Type       string
	Link       string // to its deliveries
	Deliveries []history.Summary
	More       int
	Reasons    []scheduler.Reason
}

// playView reads a play; nil for one that is not remembered or belongs to another platform.
func (d *dashboard) playView(ctx context.Context, platform, id string) (*playView, error) {
	p := d.plays.find(id)
	if p == nil || p.platform.ID != platform {
		return nil, nil
	}
	p.mu.Lock()
	steps := slices.Clone(p.steps)
	v := &playView{ID: p.id, Action: p.action, Story: p.story, Broken: p.broken, Number: len(steps) + 1}
	p.mu.Unlock()
	if len(steps) < len(p.story.Steps) && v.Broken == "" {
		v.Next = p.story.Steps[len(steps)]
	}
	for _, step := range steps {
		view, err := d.stepView(ctx, step)
		if err != nil {
			return nil, err
		}
		v.Steps = append(v.Steps, view)
	}
	return v, nil
}

func (d *dashboard) stepView(ctx context.Context, step playedStep) (stepView, error) {
	v := stepView{playedStep: step}
	if step.Params != nil && step.Params.Len() > 0 {
		v.Given = printField(step.Params)
	}
	for _, m := range step.Acted.Result.Members() {
		v.Result = append(v.Result, resultField{Name: m.Key, Value: printField(m.Value)})
	}
	raised := step.Acted.Raised
	v.More = max(0, len(raised)-maxRaisedShown)
	for _, e := range raised[:len(raised)-v.More] {
		view := raisedView{Type: e.Type, Link: listLink(history.Query{EventID: e.ID}), Reasons: e.Reasons[:min(len(e.Reasons), maxReasonsShown)]}
		view.More = max(0, len(e.DeliveryIDs)-maxDeliveryChips)
		var err error
		if view.Deliveries, err = d.history.Deliveries(ctx, e.DeliveryIDs[:len(e.DeliveryIDs)-view.More]); err != nil {
			return v, fmt.Errorf("read deliveries: %w", err)
		}
		v.Raised = append(v.Raised, view)
	}
	return v, nil
}
