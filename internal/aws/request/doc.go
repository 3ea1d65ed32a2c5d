// Package request sends signed requests to AWS's services, and says why one failed.
//
//	send.go      attempts: build and sign, send, judge the answer
//	error.go     a request that failed: where, how, and what can be done about it
//	message.go   what an error may show of an answer
//
// A service's own package makes the requests, and knows what the service's error codes mean.
package request
