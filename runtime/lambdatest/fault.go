package lambdatest

import (
	"fmt"
	"time"

	"reduction/runtime/lambdatest/internal/signature"
)

// A Fault is what goes wrong with a request. With the zero value, nothing does.
type Fault struct {
	Kind FaultKind

	// Bytes is, for Cut, Reset, Stall and TruncatedChunk, how much of the answer's body is sent
	// before; with -1 not even the status line is. For Corrupt it is the offset of the byte
	// that is changed, for WrongLength what is added to Content-Length.
	Bytes int64

	For   time.Duration // how long a Stall lasts; if zero, until the client gives up
	Share float64       // of a batch's items that HandBack leaves undone, 0 to 1

	// Status, Code and Message are the error of an Answer.
	Status  int
	Code    string
	Message string
}

// A FaultKind is a kind of fault. With those from Drop to Answer, the request is not carried out.
// With those from Cut to WrongETag, it is carried out and its answer is spoilt. With HandBack, it
// is carried out in part.
type FaultKind int

const (
	None FaultKind = iota

	Drop         // the connection is closed without an answer
	Throttle     // SlowDown, ProvisionedThroughputExceededException or TooManyRequestsException
	ServerError  // the answer has status 500
	ExpiredToken // the session token has expired
	Answer       // the answer is the error of Status, Code and Message

	Cut            // the connection is closed
	Reset          // the connection is reset
	Stall          // nothing is sent for a while
	WrongLength    // Content-Length is not the length of the body
	TruncatedChunk // the body comes in chunks and ends inside of one
	Corrupt        // a bit of the body is flipped
	WrongChecksum  // X-Amz-Crc32 or X-Amz-Checksum-* is not the body's
	WrongETag      // the ETag is not the object's

	HandBack // BatchWriteItem returns a share of its items as unprocessed

	faultKinds // how many kinds there are
)

var faultNames = [faultKinds]string{"None", "Drop", "Throttle", "ServerError", "ExpiredToken", "Answer", "Cut", "Reset",
	"Stall", "WrongLength", "TruncatedChunk", "Corrupt", "WrongChecksum", "WrongETag", "HandBack"}

func (k FaultKind) String() string { return faultNames[k] }

// String returns the fault's kind and what matters to it, as in "Cut(100)".
func (f Fault) String() string {
	switch f.Kind {
	case Answer:
		return fmt.Sprintf("Answer(%d %s)", f.Status, f.Code)
	case HandBack:
		return fmt.Sprintf("HandBack(%.2f)", f.Share)
	case Stall:
		return fmt.Sprintf("Stall(%d, %v)", f.Bytes, f.For)
	case Cut, Reset, WrongLength, TruncatedChunk, Corrupt:
		return fmt.Sprintf("%v(%d)", f.Kind, f.Bytes)
	}
	return f.Kind.String()
}

// refusal returns the error of a fault whose request is not carried out.
func (f Fault) refusal(service string) *signature.Refusal {
	switch f.Kind {
	case ExpiredToken:
		return signature.RefuseExpiredToken()
	case Answer:
		return &signature.Refusal{Status: f.Status, Code: f.Code, Message: f.Message,
			JSONStatus: f.Status, Exception: f.Code, JSONMessage: f.Message}
	case ServerError:
		exception := "InternalServerError"
		if service == "lambda" {
			exception = "ServiceException"
		}
		return &signature.Refusal{Status: 500, Code: "InternalError", Message: "We encountered an internal error. Please try again.",
			JSONStatus: 500, Exception: exception, JSONMessage: "Internal server error"}
	}
	throttled := &signature.Refusal{Status: 503, Code: "SlowDown", Message: "Please reduce your request rate.",
		Exception: "ProvisionedThroughputExceededException",
		JSONMessage: "The level of configured provisioned throughput for the table was exceeded. " +
			"Consider increasing your provisioning level with the UpdateTable API."}
	switch service {
	case "lambda":
		throttled.JSONStatus, throttled.Exception, throttled.JSONMessage = 429, "TooManyRequestsException", "Rate Exceeded."
	case "monitoring":
		throttled.JSONStatus, throttled.Exception, throttled.JSONMessage = 400, "Throttling", "Rate exceeded"
	}
	return throttled
}
