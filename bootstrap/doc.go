// Command bootstrap is the function: it reduces medical records, as CSV in S3, to the mean
// recovery time and the most used treatment of each diagnosis in each hospital, and stores the
// result in DynamoDB. Lambda's custom runtime (provided.al2023) starts it as it is.
//
// # Settings
//
// The environment configures it:
//
//	S3_BUCKET, FILE_NAME, DB_TABLE  what to read and where to write, unless the event says
//	BAD_ROWS=skip|5%                leave bad rows out, counted, rather than fail at the first;
//	                                with a share, fail where more of them are bad
//	NO_VALUE=skip                   leave rows without a recovery time out, counted apart: patients
//	                                not yet discharged
//	MISSING=n/a,999                 more spellings that say that there is no value
//	RANGE=0..3650                   the least and the greatest recovery time, in days
//	DECIMAL=comma                   numbers have a decimal comma
//	ENCODING=windows-1252           or iso-8859-1: how characters are encoded, if not in UTF-8
//	COLUMNS=Hospital=site,…         other names in the header
//	RECORDS=on                      add Records to each item: the rows behind its mean
//	MIN_RECORDS=n                   leave out groups of fewer than n rows, counted
//	TTL_DAYS=n                      add TTL to each item, n days ahead; with MANIFEST=on a week
//	                                more, and the manifest says when the n days end
//	MANIFEST=on                     write a manifest last, and Run into each item: docs/results.md
//	PK=request|object               the partition key: the request ID, or the object and the Run
//	                                (default: by the event)
//	LATEST=object|prefix            keep a pointer to the newest result of each object, or of the
//	                                objects whose keys are the same up to the last slash; it makes
//	                                MANIFEST=on and PK=object the defaults, and allows no others
//	SQS_PARTIAL=on                  answer SQS with batchItemFailures
//	GONE=ignore                     an object that is no longer there is ignored, logged and
//	                                counted, rather than an error
//	METRICS=on                      the summary line is an embedded metric
//	VERIFY=full                     demand a checksum of the whole object, and verify it;
//	                                XXHASH cannot be
//	WARM=off                        open connections when they are needed, not before the
//	                                first event is asked for
//	REQUEST_PAYER=requester         the function's account pays for what it reads
//	READ_TIMEOUT=n                  how long S3 or DynamoDB may be silent, in seconds
//	                                (default: 5)
//	CONNECT_TIMEOUT=n               how long opening a connection may take, in seconds (default: 5)
//
// So do the variables that Lambda sets and AWS's SDKs read: see [reduction/internal/aws].
//
// # Events
//
// What is read of an event, and which events are ignored, is the documentation of
// [reduction/internal/event]. An event that is ignored has a line in the log, and so has each object
// that is not read because of what has happened to it since the event:
//
//	superseded   it was overwritten: the event of the newer object does the work
//	ignored      it was deleted, where a delete marker says so or GONE=ignore is set; or it is a
//	             folder marker, a key that ends with a slash, without bytes
//
// They are counted in the answer, and are no failures. A direct invocation fails where the object
// that it names by its ETag was overwritten, and where it was deleted, unless GONE=ignore is set.
//
// # Answer
//
// A direct invocation is answered with what was read and where the result is:
//
//	{"requestId":"8286a188","rows":2000,"groups":398,"items":398,"skipped":3,
//	 "reasons":{"fields":2,"number":1},"noValue":0,"headers":0,"bytes":91827,
//	 "ms":{"open":12.3,"read":4.5,"write":21.7},
//	 "table":"recovery-times","partitionKey":"8286a188","query":{"TableName":"recovery-times",...}}
//
// The query is the input of DynamoDB's Query that returns the items:
//
//	aws dynamodb query --cli-input-json "$(jq .query answer.json)"
//
// Where the result has a Run, "run" names it. Of a prefix, "objects" counts what was read. Where
// MIN_RECORDS has left groups out, "suppressed" counts them.
//
// For each object that was read, of any event, the log has a line "reduced" with the same figures,
// table, partitionKey and query.
//
// # Errors
//
// An error has a type, in the answer and in its line of the log, for a Retry or a Catch of Step
// Functions, a metric filter or an alarm. Where "again" is marked, a later attempt may succeed.
//
//	                         again
//	Function.BadEvent               the event is of no known shape, has an unknown name or member, or
//	                                names no object that can be read
//	Function.Setting                a variable of the environment means nothing, or is missing
//	Function.NoSuchKey              the object, or this version of it, is not there; of a prefix, there
//	                                is none
//	Function.NoSuchBucket           the bucket is not there
//	Function.NoSuchTable            the table is not there
//	Function.TableKeys              the table's keys are not PK and SK, both strings
//	Function.AccessDenied           the role lacks a right
//	Function.EncryptionKey          the object's key of KMS cannot be used
//	Function.Credentials            AWS does not accept the credentials, or they have expired
//	Function.Archived               the object is to be restored first
//	Function.Superseded             a direct invocation named an ETag that another has replaced
//	Function.Changed         yes    the object changed while it was read, or since the event, and is
//	                                not known to be newer
//	Function.Throttled       yes    S3 or DynamoDB asks for fewer requests, or too many runs at once
//	                                move the same pointer of LATEST
//	Function.Unavailable     yes    S3 or DynamoDB did not answer, or with a fault of its own
//	Function.Timeout         yes    the invocation's time was over
//	Function.Connection             a certificate, the proxy or the endpoint is to blame
//	Function.Refused                S3 or DynamoDB does not take the request
//	Function.NoVersion              S3 names neither a version nor an ETag of the object
//	Function.Checksum               the object is damaged, or VERIFY=full finds no checksum
//	Function.BadCompression         the object is compressed in another way than it says
//	Function.Empty                  the object has no bytes
//	Function.BadFormat              the file is no CSV
//	Function.BadHeader              the header lacks a column, has it twice or can be read in two ways
//	Function.BadRow                 a row, or what would be stored of it
//	Function.TooManyBadRows         more bad rows than BAD_ROWS allows
//	Function.TooLarge               more groups, names or counts than the memory size has room for, even
//	                                if no other invocation runs in the process; or more than 10,000
//	                                objects of a prefix
//	Function.Error                  anything else
//
// Runtime.* and Function.Panic, Function.Overdue and Function.ResponseSizeTooLarge are those of
// package [reduction/runtime].
//
// # The map
//
// This is the way of one event through the packages, and what each step allocates:
//
//	step              function                         allocates
//	event             runtime.Client.Serve             a payload buffer, reused
//	objects           event.Parse                      the names
//	S3 bytes          aws.Client.Object                connections and range buffers, once
//	records, fields   csvfast.Scanner.NextBlock        nothing
//	Function.TooLarge               more groups, names or counts than the memory size has room for, even
//	                                if no other invocation runs in the process; or more than 10,000
//	                                objects of a prefix
//	batches           ddbwire.Batch.Put, Body          one buffer a writer, reused
//	send              aws.Client.BatchWrite            a retry body when items come back
//	response          runtime.Client                   the caller's buffer
//
// Packages that know the job never touch a socket: csvfast, aggregate, ddbwire, job. Packages
// that touch sockets never know the job: http1, runtime, aws. This package ties them together.
// The judge, runtime/lambdatest, imports none of the packages that it judges.
//
// The floors, and what each package may import, are a table in internal/house, which a test
// holds.
package main
