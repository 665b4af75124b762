// Package infra says what an application needs of a cloud: which programs there
// are, what each takes and may publish, which secrets it holds, and which indexes
// the store needs. Terraform reads it as one JSON file, so that a function that is
// added changes no Terraform.
//
// It is made of the bindings alone. What a function may do is what it says: it may
// publish what it emits, and it is given the secrets that it asked for.
package infra

// A Description is what an application needs. All names are sorted.
type Description struct {
	// Events are the topics, by the wire name of the event.
	Events map[string]Event `json:"events"`
	// Functions are all that get messages, views among them, by name. Each has
	// a subscription, or a queue, and can be a deployment of its own.
	Functions map[string]Program `json:"functions"`
	// Edge takes commands and webhooks from the outside, and answers reads.
	Edge Program `json:"edge"`
	// Console is the edge for operators.
	Console Program `json:"console"`
	// Tick does what falls due, publishes what was lost, and hands to functions what
	// they are to try again.
	Tick Program `json:"tick"`
	// DeadLetters parks what the broker gives up on.
	DeadLetters Program `json:"dead_letters"`
	// Webhooks are the sources that the edge listens to, by name.
	Webhooks map[string]Webhook `json:"webhooks"`
	// Secrets and Settings are the names of all environment variables that some
	// program needs: the first from a secret manager, the others plain.
	Secrets  []string `json:"secrets"`
	Settings []string `json:"settings"`
	// Limits are those of the engine and of the brokers.
	Limits Limits `json:"limits"`
	// Firestore is what must be declared where the store is Firestore.
	Firestore Firestore `json:"firestore"`
	// DynamoDB are the tables where the store is DynamoDB, by name without
	// prefix.
	DynamoDB map[string]Table `json:"dynamodb"`
}

// An Event is one topic.
type Event struct {
	// Version is the version in which it is written; 0 for one that is only
	// still taken, under a name of the past.
	Version int `json:"version"`
	// Final is set when no function takes it.
	Final bool `json:"final"`
}

// A Program is what can be deployed by itself: one image, or one archive, serves
// as all of them.
type Program struct {
	// Target is what the host program is told to be, in FUNCTION_TARGET.
	Target string `json:"target"`
	// Kind is that of the function, as in "on"; empty for what is none.
	Kind string `json:"kind,omitempty"`
	// Service is the package that binds it: what can be deployed together.
	Service string `json:"service,omitempty"`
	// Takes are the events whose messages it gets.
	Takes []string `json:"takes"`
	// Emits are the events that it may record, and so publish.
	Emits []string `json:"emits"`
	// Reports are the events that the engine records in its name: that it was
	// paused, and that it works again.
	Reports []string `json:"reports"`
	// Secrets and Settings are the environment variables that it needs. Without
	// its secrets a function does not start.
	Secrets  []string `json:"secrets"`
	Settings []string `json:"settings"`
	// TimeoutSeconds is how long one handling may take, AckSeconds how long a
	// broker that pushes waits for it, VisibilitySeconds how long one that is
	// asked hides the message: six times the time, as AWS advises for batches.
	TimeoutSeconds    int `json:"timeout_seconds"`
	AckSeconds        int `json:"ack_seconds"`
	VisibilitySeconds int `json:"visibility_seconds"`
	// MemoryMiB is the memory of an instance.
	MemoryMiB int `json:"memory_mib"`
}

// A Webhook is a source of requests from outside.
type Webhook struct {
	// Function is the function that takes it, and Path where it listens.
	Function string `json:"function"`
	Path     string `json:"path"`
	// Secrets are the names of what it verifies with.
	Secrets []string `json:"secrets"`
}

// Limits are what infrastructure must know of the engine.
type Limits struct {
	// RecordBytes and DocumentBytes are the most that is stored as one thing,
	// MessageBytes the most that is published as one.
	RecordBytes   int `json:"record_bytes"`
	DocumentBytes int `json:"document_bytes"`
	MessageBytes  int `json:"message_bytes"`
	// Deliveries is how often a broker delivers a message before it becomes a
	// dead letter. A function's own errors are counted by the engine, which
	// acknowledges the message: what comes again is an error of the platform.
	Deliveries int `json:"deliveries"`
	// MinBackoffSeconds and MaxBackoffSeconds bound the pause between them.
	MinBackoffSeconds int `json:"min_backoff_seconds"`
	MaxBackoffSeconds int `json:"max_backoff_seconds"`
	// TickSeconds is how far apart two ticks are.
	TickSeconds int `json:"tick_seconds"`
	// StalledSeconds is after how long without an outcome a flow is stalled.
	StalledSeconds int `json:"stalled_seconds"`
}

// Needs are what the bindings do not say: which environment variables which
// functions need. Commands and webhooks need theirs where the edge is.
type Needs struct {
	// Secrets and Settings hold the names of functions by the name of a
	// variable.
	Secrets, Settings map[string][]string
}
