// Package dynamodb writes items to DynamoDB: batches of any, and single ones under a condition.
//
//	batch.go       batches, sent until all items are stored
//	operation.go   single items, and a table's keys
//	error.go       what DynamoDB's error codes mean
//
// If a batch is written without an error, all its items are stored. After an error, the batch holds
// the items that may not be stored. Package ddbwire makes the requests' bodies.
package dynamodb
