// Package aws reads objects from S3 and writes items to DynamoDB, for this project's job alone.
//
//	                 Client.Object                     Client.BatchWrite
//	ahead.go    parts, over several connections    batch.go    until nothing comes back
//	stream.go   a span, resumed when cut
//	         └──────────────── send.go: attempts, by retry.go's rules ───────────────┘
//	                           exchange.go: a request and its answer
//	                           conn.go, dial.go, trust.go, proxy.go: connections
//
// It is for a function that reads files and stores results. What it promises:
//
//   - An object that reads to io.EOF was read whole: every byte that S3 counted, of one
//     version, and of one checksum where S3 sends a checksum of the whole object. Cut and
//     silent connections are replaced in the middle of it. The end of a connection is not
//     taken for the object's: where an answer does not say how long it is, HEAD is asked.
//   - What comes on a connection before a request is sent is not taken for its answer.
//   - A batch that is written without an error is stored to the last item. With an error,
//     the batch holds what may not be.
//   - Memory is bounded, whatever the object's size.
//   - An environment may be frozen between any two calls.
//   - Errors name their place, and nothing of what an item or an object contains.
//
// Three limits of the first promise: S3 sends no checksum with a part of an object, some
// uploads leave one of parts only, and XXHASH checksums are not supported. Such an object, and
// one that is read over several connections, is held to its length and its ETag. With
// Config.VerifyFull the checksum of the whole is verified over several connections too, and
// objects without one are refused. [Object.Unverified] names a checksum that is not supported.
//
// Settings come from the environment alone ([FromEnv]): no shared config files, no SSO, no
// instance metadata, no web identity. It knows the operations of its Client, and no others: for
// those there is aws-sdk-go-v2.
package aws
