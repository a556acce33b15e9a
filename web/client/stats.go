package client

import "time"

// Stats is the state of the engine as numbers.
type Stats struct {
	Deliveries map[string]map[string]int `json:"deliveries" doc:"kept, by platform and status"`
	Latency    Quantiles                 `json:"latency" doc:"of the latest attempts"`
	Waiting    int                       `json:"waiting" doc:"due now or later"`
	InLanes    int                       `json:"in_lanes" doc:"parked at their subscription's limit"`
	InFlight   int                       `json:"in_flight"`
	QueueDepth int                       `json:"queue_depth"`
	DueLagMS   float64                   `json:"due_lag_ms" doc:"how long the oldest waiting delivery is overdue"`
	Workers    []Worker                  `json:"workers" nullable:"false"`
}

// Quantiles of durations in milliseconds.
type Quantiles struct {
	Count int     `json:"count"`
	P50MS float64 `json:"p50_ms"`
	P90MS float64 `json:"p90_ms"`
	P99MS float64 `json:"p99_ms"`
}

// Worker is one process that makes attempts.
type Worker struct {
	ID        string    `json:"id"`
	Host      string    `json:"host"`
	PID       int       `json:"pid"`
	StartedAt time.Time `json:"started_at"`
	BeatAt    time.Time `json:"beat_at"`
}

// Version names the program.
type Version struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Health is the answer of /livez and /readyz.
type Health struct {
	Status string `json:"status"`
}
