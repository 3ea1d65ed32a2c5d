// Package s3 reads objects from S3, and stores small ones.
//
//	object.go      an object, read to its end and verified
//	ahead.go       its parts, over several connections: plan.go, pace.go, buffers.go
//	stream.go      a span of it, resumed when a connection is cut
//	checksum.go    the checksums that S3 sends
//	s3.go          a request, sent to the region of its bucket, which client.go remembers
//	list.go        a listing of a bucket
//	create.go      an object under a key that has none
//	error.go       what S3's error codes mean
//	xml.go         elements of S3's answers
//
// An object that reads to io.EOF was read whole: as many bytes as S3 says, of one version, with the
// right checksum if S3 sends one of the whole object. Cut and silent connections are replaced in
// the middle of an object. The end of a connection is not taken for the end of an object: if an
// answer does not say how long the object is, a HEAD request asks.
//
// Memory is bounded, whatever the object's size.
//
// The promise about objects has three limits. S3 sends no checksum with a part of an object; some
// uploads only have a checksum of their parts' checksums; and XXHASH checksums are not supported.
// Of such an object, and of one that is read over several connections, the length and the ETag are
// checked. With Client.VerifyFull the checksum of the whole is verified over several connections,
// too, and objects without one are refused. [Object.Unverified] names a checksum that is not
// supported.
package s3
