package event

import "reduction/internal/json"

// The events of EventBridge that are not S3's own.
const (
	scheduled  = "Scheduled Event"
	cloudTrail = "AWS API Call via CloudTrail"
)

// addEventBridge adds the object of an event of EventBridge. Amazon S3 User Guide,
// "EventBridge event message structure": the key is not encoded.
func (e *Event) addEventBridge(m *members, wraps int) error {
	detailType, source := string(m.of["detail-type"]), string(m.of["source"])
	switch {
	case detailType == scheduled && (source == "aws.events" || source == "aws.scheduler"):
		// A rule that runs on a schedule, or a schedule of EventBridge Scheduler without an input,
		// names no object.
		return e.useEnvironment(wraps, "the time")
	case source != "aws.s3":
		return &ShapeError{Got: "an event of EventBridge that is not of S3"}
	}
	e.sentBy(EventBridge, wraps)
	if detailType == cloudTrail {
		return e.addCall(m.of["detail"])
	}
	return e.addNamed(&detailTypes, detailType, readS3(m.of["detail"], m.of["time"]))
}

// addCall adds the object of a call to S3 that CloudTrail has recorded. AWS CloudTrail User Guide,
// "CloudTrail record contents". The record names no ETag, and a version only in its answer:
//
//	{"eventSource": "s3.amazonaws.com", "eventName": "PutObject", "readOnly": false, "eventTime": ...,
//	 "requestParameters": {"bucketName": ..., "key": ...},
//	 "responseElements": {"x-amz-version-id": ...}}
func (e *Event) addCall(record []byte) error {
	r := fields(json.NewScanner(record), " eventSource eventName eventTime errorCode readOnly"+
		" requestParameters.bucketName requestParameters.key responseElements.x-amz-version-id ")
	if string(r["eventSource"]) != "s3.amazonaws.com" {
		return &ShapeError{Got: "a record of CloudTrail that is not of S3"}
	}
	call := string(r["eventName"])
	o := &Object{Bucket: string(r["requestParameters.bucketName"]), Key: string(r["requestParameters.key"]),
		VersionID: string(r["responseElements.x-amz-version-id"]), Time: timeOf(r["eventTime"])}
	_, known := calls.does(call)
	switch {
	case len(r["errorCode"]) > 0:
		if !known {
			call = "a call"
		}
		e.ignore(call+", which failed", o)
		return nil
	case !known && string(r["readOnly"]) == "true":
		e.ignore("a call that only reads", o)
		return nil
	}
	return e.addNamed(&calls, call, o)
}
