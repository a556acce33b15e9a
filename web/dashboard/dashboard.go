package dashboard

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/pulse"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/api"
)

// Paths that must be reachable without a token.
const (
	AssetPrefix = "/assets/"
	LoginPath   = "/login" // GET is the form; POST belongs to package web
)

// DefaultBodyLimit bounds a submitted form, in bytes.
const DefaultBodyLimit = 1 << 20

// Options are the parts the pages work with. All fields without a stated default are required.
type Options struct {
	Scheduler     *scheduler.Scheduler
	History       history.Reader
	Hub           *history.Hub // somebody else runs it
	Subscriptions subscriptions.Store
	Pulse         *pulse.Pulse           // somebody else runs it; nil: pages show no charts and no health
	Compositions  scheduler.Compositions // saved ones; nil: nothing can be saved
	Series        *Series                // sends at a rate, somebody else runs it; nil: nothing is sent at a rate
	Keeper        Keeper                 // what keeps the data, for operators; the zero value: nothing is said
	Version       string                 // shown at the foot of each page; empty: nothing is shown
	BaseURL       string                 // of this server in commands that are shown; empty: taken from the request
	Token         bool                   // the server asks for one, so that commands that are shown must carry it
	Document      func() []byte          // the OpenAPI document of the API; nil: it has no page. Asked when the first reader comes
	Now           func() time.Time
	Log           *slog.Logger // nil: discards
	BodyLimit     int64        // of a submitted form, in bytes; 0: DefaultBodyLimit
}

// dashboard is the handler of all pages. It is immutable but for what it remembers, and safe for concurrent use.
type dashboard struct {
	scheduler    *scheduler.Scheduler
	registry     *payloads.Registry
	history      history.Reader
	hub          *history.Hub
	readers      chan struct{} // one for each open stream of changes
	store        subscriptions.Store
	pulse        *pulse.Pulse // nil: none
	keeper       Keeper
	compositions scheduler.Compositions // nil: none
	series       *Series                // nil: none
	plays        *plays
	version      string
	baseURL      string
	token        bool
	now          func() time.Time
	log          *slog.Logger
	bodyLimit    int64
	reference    func() (*reference, error)
	comparisons  sync.Map // *comparison by platform and profile
	assets       *assets
	pages        pages
	mux          *http.ServeMux
}

// New parses templates and assets and returns the handler of every page, or an error that names what is missing or broken.
func New(o Options) (http.Handler, error) {
	if o.Scheduler == nil || o.History == nil || o.Hub == nil || o.Subscriptions == nil || o.Now == nil {
		return nil, errors.New("dashboard options: scheduler, history, hub, subscriptions and now are required")
	}
	d := &dashboard{
		scheduler: o.Scheduler, registry: o.Scheduler.Registry(), history: o.History, hub: o.Hub, readers: make(chan struct{}, maxReaders),
		store: o.Subscriptions, pulse: o.Pulse, keeper: o.Keeper, compositions: o.Compositions, series: o.Series, plays: &plays{}, version: o.Version,
		baseURL: o.BaseURL, token: o.Token, now: o.Now, log: o.Log, bodyLimit: o.BodyLimit, mux: http.NewServeMux(),
	}
	d.reference = sync.OnceValues(func() (*reference, error) { return readReference(o.Document, d.registry) })
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if d.bodyLimit <= 0 {
		d.bodyLimit = DefaultBodyLimit
	}
	var err error
	if d.assets, err = loadAssets(); err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	if d.pages, err = parsePages(d.assets); err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	d.routes()
	return d, nil
}

// ServeHTTP answers one request.
func (d *dashboard) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.mux.ServeHTTP(w, r) }

func (d *dashboard) routes() {
	for pattern, page := range map[string]page{
		"GET /{$}":                               d.live,
		"POST " + triggerPath:                    d.quickTrigger,
		"GET /queue":                             d.showQueue,
		"GET " + changesPath:                     d.changes,
		"GET /deliveries":                        d.listDeliveries,
		"GET /deliveries/bulk":                   d.askBulk,
		"POST /deliveries/bulk":                  d.runBulk,
		"GET /deliveries/{id}":                   d.showDelivery,
		"GET /deliveries/{id}/body":              d.downloadRequest,
		"GET /deliveries/{id}/body/{number}":     d.downloadReply,
		"POST /deliveries/{id}/replay":           d.replayDelivery,
		"POST /deliveries/{id}/cancel":           d.cancelDelivery,
		"GET /subscriptions":                     d.listSubscriptions,
		"POST /subscriptions":                    d.createSubscription,
		"GET /subscriptions/{id}":                d.showSubscription,
		"POST /subscriptions/{id}":               d.changeSubscription,
		"POST /subscriptions/{id}/test":          d.testSubscription,
		"POST /subscriptions/{id}/enable":        d.enableSubscription,
		"POST /subscriptions/{id}/disable":       d.disableSubscription,
		"POST /subscriptions/{id}/delete":        d.deleteSubscription,
		"POST /subscriptions/{id}/rotate-secret": d.rotateSecret,
		"POST /subscriptions/{id}/secret":        d.revealSecret,
		"POST " + checkPath:                      d.checkSubscription,
		"GET " + composePath:                     d.showCompose,
		"POST " + composePath:                    d.doCompose,
		"GET " + savedPath:                       d.loadComposition,
		"POST " + savedPath + "/send":            d.sendComposition,
		"POST " + savedPath + "/delete":          d.deleteComposition,
		"GET " + seriesPath + "{id}":             d.showSeries,
		"POST " + seriesPath + "{id}/stop":       d.stopSeries,
		"GET " + actionsPath:                     d.showActions,
		"POST " + actionsPath:                    d.doAction,
		"POST " + actionsPath + "/reset":         d.resetWorld,
		"POST " + actionsPath + "/story":         d.startStory,
		"POST " + actionsPath + "/story/{id}":    d.continueStory,
		"GET " + api.ReferencePath:               d.showDocs,
		"GET /platforms":                         d.listPlatforms,
		"GET /platforms/{platform}":              d.showPlatform,
		"GET /platforms/{platform}/{type}":       d.showEventType,
		"GET " + LoginPath:                       d.login,
		"GET /":                                  d.nothingHere,
	} {
		d.mux.Handle(pattern, d.serve(page))
	}
	d.mux.Handle("GET "+AssetPrefix, d.assets)
}

// loginPage is what LoginPath shows.
type loginPage struct {
	Failed bool
	Next   string // where to go afterwards; package web judges it
}

// login shows the form whose POST package web answers.
func (d *dashboard) login(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	page := loginPage{Failed: query.Has("failed"), Next: query.Get("next")}
	status := http.StatusOK
	if page.Failed {
		status = http.StatusUnauthorized
	}
	return d.render(w, r, status, "login", "Sign in", page)
}

func (d *dashboard) nothingHere(http.ResponseWriter, *http.Request) error {
	return errNoPage
}
