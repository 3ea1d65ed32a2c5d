package event

import (
	"strconv"

	"reduction/internal/env"
)

// Policy decides what the partition key of a result is made of.
type Policy int

const (
	ByDelivery Policy = iota // ByRequest for direct invocations, ByObject for the rest
	ByRequest                // the invocation's request ID
	ByObject                 // the object and the version of it that is read
)

// ReadPolicy reads the variable PK: request, object, or nothing for what suits the event.
func ReadPolicy(r *env.Reader) Policy {
	switch r.Choice("PK", "", "request", "object") {
	case "request":
		return ByRequest
	case "object":
		return ByObject
	}
	return ByDelivery
}

// PartitionKey returns the partition key for the results of Objects[i], or "" where it is made of
// what is read: package job makes it then.
//
// Somebody who invokes the function directly finds the results by the request ID. S3, SNS
// and SQS deliver at least once, each time with another request ID: results are keyed by
// what was read, so that a second delivery rewrites the same items.
func (e *Event) PartitionKey(requestID string, i int) string {
	switch p := e.env.PartitionKey; {
	case p == ByObject, p == ByDelivery && e.Sender != Direct:
		return ""
	case len(e.Objects) == 1:
		return requestID
	}
	return requestID + "#" + strconv.Itoa(i)
}
