package client

import (
	"encoding/json"
	"time"
)

// Action is something that a user of a platform does there, as the catalogue shows it.
type Action struct {
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	Summary  string   `json:"summary"`
	Params   []Param  `json:"params" nullable:"false"`
	Raises   []string `json:"raises" nullable:"false" doc:"event types that may come out, in the platform's order"`
	Fidelity string   `json:"fidelity" doc:"of number and order of the events"`
	Source   string   `json:"source"`
}

// Param is one parameter of an action.
type Param struct {
	Name     string          `json:"name"`
	Kind     string          `json:"kind" enum:"string,integer,boolean,object,strings"`
	Default  json.RawMessage `json:"default" doc:"null: the action decides"`
	Summary  string          `json:"summary"`
	Required bool            `json:"required"`
	Values   []string        `json:"values" nullable:"false" doc:"the only allowed strings; empty: any"`
	Min      int64           `json:"min" doc:"of an integer, or of the length of a string; with max 0 as well: no bound"`
	Max      int64           `json:"max"`
}

// Story is a ready-made sequence of actions.
type Story struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Summary  string `json:"summary"`
	Fidelity string `json:"fidelity"`
	Source   string `json:"source"`
	Steps    []Step `json:"steps" nullable:"false"`
}

// Step is one action of a story.
type Step struct {
	After  Duration        `json:"after" doc:"the pause before it"`
	Action string          `json:"action"`
	With   json.RawMessage `json:"with" doc:"parameters; {name.path} stands for a value in the result of the step saved as name; null: none"`
	As     *string         `json:"as" doc:"name of the result for later steps"`
	Note   string          `json:"note"`
}

// Native is how a platform's own API is reached on this server.
type Native struct {
	Path         string       `json:"path" doc:"of the profile shown; the API's root lies there"`
	ProfilePaths []NativePath `json:"profile_paths" nullable:"false" doc:"where each profile's API lies"`
	Credential   string       `json:"credential" doc:"how a client shows KEY"`
	Roots        []string     `json:"roots" nullable:"false" doc:"paths that are answered at this server's own root as well"`
	Client       []Code       `json:"client" nullable:"false" doc:"how a program registers a webhook; {base} stands for the API's address"`
}

// NativePath is where the API of one profile lies.
type NativePath struct {
	Profile string `json:"profile"`
	Path    string `json:"path"`
}

// Act asks for an action.
type Act struct {
	Platform        string          `json:"platform"`
	Action          string          `json:"action" doc:"name in the catalogue"`
	Params          json.RawMessage `json:"params,omitempty" doc:"an object of the action's parameters"`
	Profile         string          `json:"profile,omitempty" minLength:"1" doc:"narrows the fan-out"`
	Seed            *uint64         `json:"seed,omitempty" maximum:"9007199254740991"`
	Now             *time.Time      `json:"now,omitempty" doc:"when it happens"`
	SubscriptionIDs []string        `json:"subscription_ids,omitempty" minItems:"1" maxItems:"1000" doc:"only these; absent: all that match"`
}

// Acted is what an action led to. Unlike a trigger's, events that nobody wants are recorded.
type Acted struct {
	Platform   string             `json:"platform"`
	Action     string             `json:"action"`
	Seed       uint64             `json:"seed" doc:"that repeats the action on the same world"`
	Now        time.Time          `json:"now"`
	Result     json.RawMessage    `json:"result" doc:"ids and states of what was touched, an object"`
	ID         *string            `json:"id" doc:"id of the first event; null: the action raised none"`
	Events     []string           `json:"events" nullable:"false" doc:"ids of the events, in the platform's order"`
	Raised     []Raised           `json:"raised" nullable:"false" doc:"the same events and where they went"`
	Deliveries []AcceptedDelivery `json:"deliveries" nullable:"false"`
}

// Raised is one event of an action.
type Raised struct {
	ID         string   `json:"id"`
	Type       string   `json:"type" doc:"key of the event type"`
	Deliveries []string `json:"deliveries" nullable:"false" doc:"ids"`
	Reasons    []Reason `json:"reasons" nullable:"false" doc:"why other subscriptions do not get it; the first 50"`
}

// Reason is why a subscription does not get an event.
type Reason struct {
	SubscriptionID string `json:"subscription_id"`
	Why            string `json:"why"`
}
