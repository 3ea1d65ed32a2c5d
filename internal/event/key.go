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

// ReadPolicy reads the variable PK: request, object, or nothing for ByDelivery.
func ReadPolicy(r *env.Reader) Policy {
	switch r.Choice("PK", "", "request", "object") {
	case "request":
		return ByRequest
	case "object":
		return ByObject
	}
	return ByDelivery
}

// PartitionKey returns the partition key for the result of Objects[i]. It returns "" if the key is
// made of the object and its version: package job then makes it.
//
// A caller who invokes the function directly finds the result by the request ID. S3, SNS and SQS
// may deliver an event several times, each time with another request ID. So the key of such a
// result is made of what was read, and a second delivery writes the same items again.
func (e *Event) PartitionKey(requestID string, i int) string {
	switch p := e.env.PartitionKey; {
	case p == ByObject, p == ByDelivery && e.Sender != Direct:
		return ""
	case len(e.Objects) == 1:
		return requestID
	}
	return requestID + "#" + strconv.Itoa(i)
}
