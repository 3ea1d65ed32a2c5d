// Package aws is the function's client of S3 and DynamoDB, for this project's job alone. It reads the
// settings, and puts the packages together of which each does one thing:
//
//	s3                       dynamodb          objects as verified streams; items, until all are stored
//	 └───────── request ─────────┘             signed requests, attempts, errors
//	    credentials   retry                    as whom; whether to try again, and when
//	           transport                       one request over one connection; TLS, proxies
//	           endpoint                        which host to ask
//
// They are for a function that reads files and stores results. What they promise:
//
//   - An object that reads to io.EOF was read whole: package s3 says what that means, and its
//     limits.
//   - If a batch is written without an error, all its items are stored. After an error, the
//     batch holds the items that may not be stored.
//   - Bytes that arrive on a connection before a request is sent are not taken for its answer.
//   - Memory is bounded, whatever the object's size.
//   - An environment may be frozen between any two calls.
//   - Errors name their place, and show nothing that an item or an object contains.
//
// Settings come only from the environment ([FromEnv]): there are no shared config files, no SSO, no
// instance metadata and no web identity. For operations that these packages do not have, use
// aws-sdk-go-v2.
package aws
