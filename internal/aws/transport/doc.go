// Package transport sends an HTTP request over a connection to an endpoint, and reads the answer.
// It knows nothing of S3 and DynamoDB, and does not decide whether to try again.
//
//	exchange.go            a request and its answer
//	pool.go                connections kept between exchanges
//	dial.go, proxy.go      how a connection is opened
//	trust.go               which certificates are accepted
//	readbuffer.go          fewer system calls below crypto/tls
//	watch.go               exchanges end with their context
//
// An environment may be frozen between any two exchanges, and while a connection is opened. A
// connection that the other end may have closed meanwhile is not used, or is replaced.
package transport
