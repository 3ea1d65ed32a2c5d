package event

import "time"

// Environment is what the function's environment says about events.
type Environment struct {
	Bucket, Key, Table string // for what an event leaves out

	// SQSPartial says that the queue's event source mapping asks for the failed messages
	// of a batch (ReportBatchItemFailures). Where it does not, a queue deletes the whole
	// batch when it gets such an answer.
	SQSPartial bool

	// PartitionKey decides for all events, see [Event.PartitionKey].
	PartitionKey Policy
}

// Event is an invocation's payload, understood.
type Event struct {
	Sender  Sender
	Objects []Object
	Ignored []Ignored // what is known to name no object to read

	env      Environment
	messages []message // of SQS
	fifo     bool
	stopped  bool // at a message of a FIFO queue that could not be read
}

// Object is an object to read, and the table its results go to. VersionID and ETag are
// empty where the event does not name them; an ETag has no quotes. Where Prefix is set, Key is
// empty: all objects whose keys begin so are read into one result.
type Object struct {
	Bucket, Key, Table string
	VersionID, ETag    string
	Prefix             string

	// Time is when the event says that the object was stored; zero where it does not say.
	Time time.Time

	empty   bool // the event says that the object has no bytes
	message int  // which message of Event.messages it came in
}

// Versioned reports whether a version is named that stays what it is. The version "null" does
// not: it is what is written while versioning is off or suspended, and is overwritten (Amazon S3
// User Guide, "How S3 Versioning works").
func (o *Object) Versioned() bool { return o.VersionID != "" && o.VersionID != nullVersion }

const nullVersion = "null"

// Ignored is a part of an event that is known to name no object to read.
type Ignored struct {
	Event       string // a name of the package documentation's tables, or what it is
	Bucket, Key string // "" where the event names none
}

// message is a message of SQS. One with an error is to be tried again.
type message struct {
	id  string
	err error
}

// Sender is who invoked the function: of wrapped events, the outermost.
type Sender int

const (
	Direct      Sender = iota // somebody who waits for the answer, Step Functions, or a schedule
	S3                        // S3, by an event notification
	EventBridge               // S3, by way of EventBridge
	SNS
	SQS
)

func (s Sender) String() string {
	return [...]string{"direct", "S3", "EventBridge", "SNS", "SQS"}[s]
}
