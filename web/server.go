package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/api"
)

// Times and sizes of connections.
const (
	// DefaultShutdownGrace is how long requests may go on when the server stops.
	DefaultShutdownGrace = 10 * time.Second
	// DefaultReadTimeout is how long a request may take to come in, its body included.
	DefaultReadTimeout = 60 * time.Second
	// DefaultWriteStall is how long a reader may take for a piece of an answer.
	DefaultWriteStall = 30 * time.Second

	headerTimeout  = 10 * time.Second
	idleTimeout    = 2 * time.Minute
	writeTimeout   = 11 * time.Minute // above the longest wait, a test send with the longest timeout; streams have their own
	maxHeaderBytes = 64 << 10
)

// Options are the parts a Server works with. All fields without a stated default are required.
type Options struct {
	Scheduler     *scheduler.Scheduler
	History       history.Reader
	Hub           *history.Hub // somebody else runs it
	Subscriptions subscriptions.Store
	Keys          scheduler.Keys // of idempotency
	Dashboard     http.Handler   // every path that is not the API's; nil: no pages
	Native        []NativeMount  // the platforms' own APIs
	Metrics       http.Handler   // nil: no /metrics
	Ready         func(context.Context) error
	Version       string
	Addr          string        // host:port that is listened on; its host is allowed
	AllowHosts    []string      // more host names; ".example.com" is every name below, "*" any name
	Token         string        // empty: everything is open
	Concurrency   int           // what the scheduler was given; 0: scheduler.DefaultConcurrency
	MaxStreams    int           // 0: api.DefaultMaxStreams
	ReadTimeout   time.Duration // 0: DefaultReadTimeout
	WriteStall    time.Duration // 0: DefaultWriteStall
	ShutdownGrace time.Duration // 0: DefaultShutdownGrace
	Now           func() time.Time
	Log           *slog.Logger // nil: discards
}

// Server is our HTTP server. Build it with New; Handler may be used without Serve.
type Server struct {
	options Options
	api     *api.API
	router  *echo.Echo
	natives natives
	keys    *guesses // at the platforms' own APIs
	handler http.Handler
	log     *slog.Logger
	close   sync.Once
	closing chan struct{}
}

// New wires routes and guards. It listens on nothing. The error names what is missing.
func New(o Options) (*Server, error) {
	if o.Now == nil {
		return nil, errors.New("web options: now is required")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.ShutdownGrace <= 0 {
		o.ShutdownGrace = DefaultShutdownGrace
	}
	if o.ReadTimeout <= 0 {
		o.ReadTimeout = DefaultReadTimeout
	}
	if o.WriteStall <= 0 {
		o.WriteStall = DefaultWriteStall
	}
	s := &Server{options: o, log: o.Log, router: echo.New(), keys: newGuesses(o.Now, keyEvery, keyBurst), closing: make(chan struct{})}
	s.router.HideBanner = true
	s.router.Logger.SetOutput(io.Discard)
	s.router.HTTPErrorHandler = s.unrouted
	var err error
	s.api, err = api.Mount(s.router, api.Options{
		Scheduler: o.Scheduler, History: o.History, Hub: o.Hub, Subscriptions: o.Subscriptions, Keys: o.Keys, Version: o.Version,
		Ready: o.Ready, Metrics: o.Metrics, Concurrency: o.Concurrency, MaxStreams: o.MaxStreams, Now: o.Now, Closing: s.closing, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	if s.natives, err = newNatives(o.Native); err != nil {
		return nil, err
	}
	guards, err := s.guards()
	if err != nil {
		return nil, err
	}
	s.handler = wrap(s.router, guards...)
	return s, nil
}

// Handler answers every request as Serve does.
func (s *Server) Handler() http.Handler { return s.handler }

// API is the REST API of this server; tests compare its document with its routes.
func (s *Server) API() *api.API { return s.api }

// Routes lists "METHOD path" of every route of the API, as registered.
func (s *Server) Routes() []string {
	var list []string
	for _, r := range s.router.Routes() {
		list = append(list, r.Method+" "+r.Path)
	}
	return list
}

// Serve answers on ln until ctx ends. Then it takes no more, ends streams and waits, gives the rest DefaultShutdownGrace (or what the options
// say) and returns nil; what is still running then is cut off. A Server serves once.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	return s.serve(ctx, ln, s.handler, s.EndStreams)
}

// serve answers on ln until ctx ends; ending is called once nothing new is taken.
func (s *Server) serve(ctx context.Context, ln net.Listener, handler http.Handler, ending func()) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: s.options.ReadTimeout, IdleTimeout: idleTimeout,
		WriteTimeout: writeTimeout, MaxHeaderBytes: maxHeaderBytes, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	ended := make(chan struct{})
	var failed error // to be read when Serve has ended
	go func() {
		defer close(ended)
		failed = server.Serve(ln)
	}()
	select {
	case <-ended:
		ending()
		return failed
	case <-ctx.Done():
	}
	ending()
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.options.ShutdownGrace)
	defer cancel()
	if err := server.Shutdown(within); err != nil {
		s.log.WarnContext(ctx, "requests cut off", "error", err)
		_ = server.Close() // closes what Shutdown gave up on; its error would repeat that
	}
	<-ended
	return nil
}

// EndStreams ends streams and waits; new ones end at once. Serve calls it; those who use Handler alone may.
func (s *Server) EndStreams() { s.close.Do(func() { close(s.closing) }) }

// unrouted answers what no route of the API does: pages, or a problem.
func (s *Server) unrouted(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	status, detail := http.StatusInternalServerError, "something went wrong here; the server's log tells what"
	if known, ok := errors.AsType[*echo.HTTPError](err); ok {
		status = known.Code
	}
	path := c.Request().URL.Path
	switch {
	case status == http.StatusNotFound && s.options.Dashboard != nil && (path == api.ReferencePath || !strings.HasPrefix(path, "/api/")):
		s.page(c.Response(), c.Request())
		return
	case status == http.StatusNotFound:
		detail = "there is nothing at this path; " + api.DocumentPath + " lists what there is"
	case status == http.StatusMethodNotAllowed:
		detail = c.Request().Method + " is not allowed here; allowed: " + c.Response().Header().Get(echo.HeaderAllow)
	case status == http.StatusInternalServerError:
		s.log.ErrorContext(c.Request().Context(), "request failed", "path", path, "error", err)
	default:
		detail = http.StatusText(status)
	}
	s.problem(c.Response(), c.Request(), status, detail)
}

// page serves what the API does not know. A page's stream ends with the server, as those of the API do.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Accept") == "text/event-stream" {
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		go func() {
			select {
			case <-s.closing:
				cancel()
			case <-ctx.Done():
			}
		}()
		r = r.WithContext(ctx)
	}
	s.options.Dashboard.ServeHTTP(w, r)
}

// problem answers with a problem; an answer that cannot be written has no reader left.
func (s *Server) problem(w http.ResponseWriter, r *http.Request, status int, detail string) {
	if err := api.WriteProblem(w, api.NewProblem(status, detail)); err != nil {
		s.log.DebugContext(r.Context(), "answer not written", "error", err)
	}
}
