package event

import "reduction/internal/json"

// readRecord reads an element of "Records", whoever's it is.
func readRecord(s *json.Scanner) (r record) {
	if s.Peek() != json.Object {
		return r
	}
	for member := range s.Object() {
		name := string(member)
		r.names = describe(r.names, name)
		switch name {
		case "eventVersion":
			r.version = text(s)
		case "eventName":
			r.event = text(s)
		case "s3":
			r.s3 = s.Peek() == json.Object
			r.object = readS3(s)
		case "Sns":
			r.sns = s.Peek() == json.Object
			r.message = readSNS(s)
		case "messageId":
			r.messageID = text(s)
		case "body":
			r.sqs = s.Peek() == json.String
			r.body = text(s)
		case "eventSourceARN":
			r.queue = text(s)
		}
	}
	return r
}

// readSNS reads the "Message" of {"Type": "Notification", "Message": ..., ...}.
func readSNS(s *json.Scanner) (message string) {
	if s.Peek() != json.Object {
		return ""
	}
	for name := range s.Object() {
		if string(name) == "Message" {
			message = text(s)
		}
	}
	return message
}
