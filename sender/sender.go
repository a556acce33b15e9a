package sender

import (
	"cmp"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"runtime"
	"sync"
	"time"
)

// Defaults and bounds. Sizes are in bytes.
const (
	// DefaultCaptureBytes is how much of a reply's body is kept, after decompression.
	DefaultCaptureBytes = 64 << 10
	// DefaultDrainBytes is how much of a reply's body is read to see whether it is complete.
	DefaultDrainBytes = 32 << 20
	// DefaultHeaderBytes bounds the header of a reply, interim (1xx) replies included.
	DefaultHeaderBytes = 256 << 10
	// DefaultIdlePerHost is how many connections to one target wait for the next attempt: as many as a process makes attempts at a time, or
	// those of a subscription with a high limit would be opened and closed again for each.
	DefaultIdlePerHost = 256
	// DefaultIdle is how long they wait; see decision 2 in the package documentation.
	DefaultIdle = 2 * time.Second

	maxIdle     = 1024     // connections waiting for any target
	readSize    = 16 << 10 // of the buffer a reply is read with
	writeBuffer = 16 << 10 // of a connection: the header and a common body leave in one write
)

// ErrShutdown is the cancel cause for attempts that end because the program stops: their failure is interrupted, not cancelled.
var ErrShutdown = errors.New("the program is stopping")

// Options configures a Sender. Zero values mean the defaults.
type Options struct {
	Now            func() time.Time // required; stamps reports, never drives a timeout
	Guard          *Guard           // nil: NewGuard without options
	CaptureBytes   int              // DefaultCaptureBytes
	DrainBytes     int64            // DefaultDrainBytes
	MaxHeaderBytes int64            // DefaultHeaderBytes
	MaxIdlePerHost int              // DefaultIdlePerHost; negative: every request opens a connection of its own
	IdleTimeout    time.Duration    // DefaultIdle
	TLS            *tls.Config      // nil: the system's roots, TLS 1.2 and later
	Resolver       *net.Resolver    // nil: the system's
}

// Sender makes attempts. It is safe for concurrent use by many goroutines.
type Sender struct {
	now       func() time.Time
	guard     *Guard
	capture   int
	drain     int64
	transport *http.Transport
	decoders  chan struct{} // a token for each decompression at work
	buffers   sync.Pool     // of *[]byte, readSize long
}

// New builds a sender. It opens nothing.
func New(o Options) (*Sender, error) {
	if o.Now == nil {
		return nil, errors.New("sender: option Now is required")
	}
	if o.CaptureBytes < 0 || o.DrainBytes < 0 || o.MaxHeaderBytes < 0 || o.IdleTimeout < 0 {
		return nil, errors.New("sender: sizes and times must not be negative")
	}
	guard := o.Guard
	if guard == nil {
		var err error
		if guard, err = NewGuard(GuardOptions{}); err != nil {
			return nil, err
		}
	}
	d := newDialer(guard, o.TLS, o.Resolver)
	return &Sender{
		now:      o.Now,
		guard:    guard,
		capture:  cmp.Or(o.CaptureBytes, DefaultCaptureBytes),
		drain:    cmp.Or(o.DrainBytes, DefaultDrainBytes),
		decoders: make(chan struct{}, runtime.GOMAXPROCS(0)),
		buffers:  sync.Pool{New: func() any { b := make([]byte, readSize); return &b }},
		transport: &http.Transport{
			Proxy:                  nil, // the target is what the user registered, whatever the environment says
			DialContext:            d.plain,
			DialTLSContext:         d.tls,
			DisableCompression:     true,
			MaxIdleConns:           maxIdle,
			MaxIdleConnsPerHost:    cmp.Or(o.MaxIdlePerHost, DefaultIdlePerHost),
			IdleConnTimeout:        cmp.Or(o.IdleTimeout, DefaultIdle),
			MaxResponseHeaderBytes: cmp.Or(o.MaxHeaderBytes, DefaultHeaderBytes),
			WriteBufferSize:        writeBuffer,
			Protocols:              onlyHTTP1(),
		},
	}, nil
}

// Close closes idle connections. Attempts under way go on; their connections are closed when they are done.
func (s *Sender) Close() { s.transport.CloseIdleConnections() }

func onlyHTTP1() *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	return p
}
