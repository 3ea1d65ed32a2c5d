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
	ByObject                 // the object and its version
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

// PartitionKey returns the partition key for the results of Objects[i].
//
// Somebody who invokes the function directly finds the results by the request ID. S3, SNS
// and SQS deliver at least once, each time with another request ID: results are keyed by
// what was read, so that a second delivery rewrites the same items.
func (e *Event) PartitionKey(requestID string, i int) string {
	return partitionKey(e.env.PartitionKey, e.Sender, requestID, e.Objects, i)
}

// partitionKey keeps results of different objects apart: bucket names, version IDs and
// ETags contain no '#' (Amazon S3 User Guide, "General purpose bucket naming rules", "How
// S3 Versioning works"), so the key, which may contain anything, stands last.
func partitionKey(p Policy, sender Sender, requestID string, objects []Object, i int) string {
	if p == ByRequest || p == ByDelivery && sender == Direct {
		if len(objects) == 1 {
			return requestID
		}
		return requestID + "#" + strconv.Itoa(i)
	}
	o := &objects[i]
	version := o.VersionID
	if !o.Versioned() {
		version = o.ETag
	}
	return "object#" + o.Bucket + "#" + version + "#" + o.Key
}
