package event

import "time"

// Environment has the settings about events.
type Environment struct {
	Bucket, Key, Table string // used if an event does not name them

	// SQSPartial says that the queue's event source mapping asks for the failed messages of a
	// batch (ReportBatchItemFailures). If the mapping does not, Lambda takes such an answer for a
	// success and deletes the whole batch.
	SQSPartial bool

	// PartitionKey decides for all events, see [Event.PartitionKey].
	PartitionKey Policy
}

// Event is the content of an invocation's payload.
type Event struct {
	Sender  Sender
	Objects []Object
	Ignored []Ignored // events that are known to name no object to read
	Step    *Step     // a step of a run in shards, which has no Objects; nil: none

	env      Environment
	messages []message // of SQS
	fifo     bool
	stopped  bool // at a message of a FIFO queue that could not be read
}

// Object is an object to read, and the table for its result. VersionID and ETag are empty if the
// event does not name them; an ETag has no quotes. If Prefix is set, Key is empty: all objects
// whose keys begin with Prefix are read into one result.
type Object struct {
	Bucket, Key, Table string
	VersionID, ETag    string
	Prefix             string

	// Time is when the object was stored, or zero if the event does not say.
	Time time.Time

	empty   bool // the event says that the object has no bytes
	message int  // index in Event.messages of the message that names it
}

// Versioned reports whether the object has a version ID that always means the same content. The
// version "null" does not: it is written while versioning is off or suspended, and is overwritten
// (Amazon S3 User Guide, "How S3 Versioning works").
func (o *Object) Versioned() bool { return o.VersionID != "" && o.VersionID != nullVersion }

const nullVersion = "null"

// Ignored is a part of an event that is known to name no object to read.
type Ignored struct {
	Event       string // a name in the package documentation's tables, or a description
	Bucket, Key string // "" if the event names none
}

// message is a message of SQS. One with an error must be delivered again.
type message struct {
	id  string
	err error
}

// Sender is who invoked the function. If events are wrapped into each other, it is the outermost.
type Sender int

const (
	Direct      Sender = iota // a caller who waits for the answer, Step Functions, or a schedule
	S3                        // S3, by an event notification
	EventBridge               // S3, through EventBridge
	SNS
	SQS
)

func (s Sender) String() string {
	return [...]string{"direct", "S3", "EventBridge", "SNS", "SQS"}[s]
}
