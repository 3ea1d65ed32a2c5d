// Package event reads what a function is invoked with, and finds the objects that it names.
//
// It knows, without being told which to expect:
//
//	nothing, null, {}                       the environment's object
//	EventBridge's "Scheduled Event"         the same
//	{"bucket": ..., "key": ..., "table": …} that object; what is left out, the environment's
//	S3 event notification, version 2.x      its records' objects
//	EventBridge "Object Created" of S3      its object
//	SNS, SQS, or SNS in SQS                 what the messages carry, any of these two
//	Step Functions' Map                     an item, an array of items, {"Items": [...]}
//
// S3's test message and events of other kinds, such as deletions, name no object to read:
// they are counted and passed over. Everything else is an error that says what was expected.
//
// An [Event] also knows what its sender expects to hear, see [Event.Respond], and under
// which key results are to be stored so that a second delivery does no harm, see
// [Event.PartitionKey].
package event

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
	Ignored int // test messages, and events that name no object to read

	env      Environment
	messages []message // of SQS
	fifo     bool
	stopped  bool // at a message of a FIFO queue that could not be read
}

// Object is an object to read, and the table its results go to. VersionID and ETag are
// empty where the event does not name them; an ETag has no quotes.
type Object struct {
	Bucket, Key, Table string
	VersionID, ETag    string

	message int // which message of Event.messages it came in
}

// message is a message of SQS. One with an error is to be tried again.
type message struct {
	id  string
	err error
}

// Sender is who invoked the function: of wrapped events, the outermost.
type Sender int

const (
	Direct      Sender = iota // somebody who waits for the answer, or Step Functions
	S3                        // S3, by an event notification
	EventBridge               // S3, by way of EventBridge
	SNS
	SQS
)

func (s Sender) String() string {
	return [...]string{"direct", "S3", "EventBridge", "SNS", "SQS"}[s]
}
