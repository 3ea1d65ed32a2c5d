package ddbwire

import "strings"

// Error is an error as DynamoDB sends it. Developer Guide, "Error handling with DynamoDB".
type Error struct {
	Type    string // such as "ValidationException"; "" if the body was not an error of DynamoDB
	Message string

	// ThrottlingReasons are the reasons why a request was throttled, and the ARNs of the tables
	// or indexes that they are about. Each reason is directly before or after its ARN.
	ThrottlingReasons []string
}

func (e *Error) Error() string {
	s := "ddbwire: " + e.Type
	if e.Type == "" {
		s = "ddbwire: the answer is not an error of DynamoDB"
	}
	if e.Message != "" {
		s += ": " + e.Message
	}
	return s
}

// ParseError reads the body of the answer to a failed request. It never returns nil: if the body
// is not DynamoDB's, but a proxy's for example, the Type is empty.
//
//	{"__type":"com.amazonaws.dynamodb.v20120810#ValidationException","message":"..."}
func ParseError(body []byte) *Error {
	var e Error
	err := texts(body, func(path, value string) {
		switch path {
		case ".__type":
			e.Type = value[strings.LastIndexByte(value, '#')+1:]
		case ".message", ".Message": // which of the two depends on the exception
			e.Message = value
		case ".ThrottlingReasons.reason", ".throttlingReasons.reason", ".ThrottlingReasons.resource", ".throttlingReasons.resource":
			e.ThrottlingReasons = append(e.ThrottlingReasons, value)
		}
	})
	if err != nil {
		return new(Error)
	}
	return &e
}
