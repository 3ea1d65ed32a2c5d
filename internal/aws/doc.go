// Package aws reads objects from S3 and writes items to DynamoDB, for this project's job alone.
//
//	                 Client.Object                     Writer.BatchWrite
//	ahead.go    parts, over several connections    batch.go    until all items are stored
//	stream.go   a span, resumed when cut
//	         └──────────────── send.go: signed requests, and attempts ───────────────┘
//	                           retry: whether to try again, and when
//	                           transport: one request over one connection
//	                           credentials: as whom
//	                           endpoint: which host to ask
//
// It is for a function that reads files and stores results. What it promises:
//
//   - An object that reads to io.EOF was read whole: as many bytes as S3 says, of one version,
//     with the right checksum if S3 sends one of the whole object. Cut and silent connections
//     are replaced in the middle of an object. The end of a connection is not taken for the end
//     of an object: if an answer does not say how long the object is, a HEAD request asks.
//   - Bytes that arrive on a connection before a request is sent are not taken for its answer.
//   - If a batch is written without an error, all its items are stored. After an error, the
//     batch holds the items that may not be stored.
//   - Memory is bounded, whatever the object's size.
//   - An environment may be frozen between any two calls.
//   - Errors name their place, and show nothing that an item or an object contains.
//
// The first promise has three limits. S3 sends no checksum with a part of an object; some uploads
// only have a checksum of their parts' checksums; and XXHASH checksums are not supported. Of such
// an object, and of one that is read over several connections, the length and the ETag are checked.
// With Config.VerifyFull the checksum of the whole is verified over several connections, too, and
// objects without one are refused. [Object.Unverified] names a checksum that is not supported.
//
// Settings come only from the environment ([FromEnv]): there are no shared config files, no SSO, no
// instance metadata and no web identity. For operations that Client does not have, use
// aws-sdk-go-v2.
package aws
