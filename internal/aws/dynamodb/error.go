package dynamodb

import (
	"errors"
	"slices"
	"strings"

	"reduction/ddbwire"
	"reduction/internal/aws/request"
	"reduction/internal/http1"
)

// ErrNoSuchTable says that there is no table of that name in the region.
var ErrNoSuchTable = errors.New("no such table")

// ErrCondition says that the stored item does not meet the condition. The reason may be that an
// earlier attempt has succeeded and its answer was lost.
var ErrCondition = errors.New("the condition is not met")

const hintKeys = "create the table with the partition key PK and the sort key SK, both of type S"

// otherKeys are DynamoDB's messages about items that do not have the table's keys. The first means
// that two items of the batch have the same key. As no two have the same PK and SK, the table has
// other keys. The second means that PK or SK has another type, or is not a key. The third means
// that an item lacks a key of the table.
var otherKeys = [...]string{
	"Provided list of item keys contains duplicates",
	"The provided key element does not match the schema",
	"One of the required keys was not given a value",
}

// refused reads a refusal. Amazon DynamoDB Developer Guide, Error handling.
func refused(e *request.Error, _ http1.Header, body []byte) bool {
	said := ddbwire.ParseError(body)
	e.Says(said.Type, said.Message)
	switch e.Code {
	case "AccessDeniedException":
		e.Err, e.Hint = request.ErrAccessDenied, "the role needs dynamodb:"+e.Op+" on the table"
	case "ResourceNotFoundException":
		e.Err, e.Hint = ErrNoSuchTable, "check the table's name, the region and the account"
	case "ResourceInUseException":
		e.Err, e.Hint = request.ErrUnavailable, "the table is being changed"
	case "ConditionalCheckFailedException":
		e.Err = ErrCondition
	case "ValidationException":
		e.Err, e.Hint = request.ErrRefused, "do the table's keys match the items'?"
	case "ItemCollectionSizeLimitExceededException":
		e.Err, e.Hint = request.ErrRefused, "with a local secondary index, a partition key holds 10 GB at most"
	}
	if slices.Contains(otherKeys[:], said.Message) {
		e.Message, e.Err, e.Hint = said.Message, ddbwire.ErrTableKeys, hintKeys
	}
	for _, reason := range said.ThrottlingReasons {
		if request.Plain(reason, "") == "" && !request.IsARN(reason) {
			continue
		}
		if e.Message != "" {
			e.Message = strings.TrimSuffix(e.Message, ".") + ", "
		}
		e.Message += reason
	}
	return false
}
