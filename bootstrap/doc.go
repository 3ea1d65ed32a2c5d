// Command bootstrap is the function: it reduces medical records, as CSV in S3, to the mean
// recovery time and the most used treatment of each diagnosis in each hospital, and stores the
// result in DynamoDB. Lambda's custom runtime (provided.al2023) starts this program itself.
//
// # Settings
//
// The environment configures it:
//
//	S3_BUCKET, FILE_NAME, DB_TABLE  what to read and where to write, if the event does not say
//	BAD_ROWS=skip|5%                leave out bad rows and count them, rather than fail at the
//	                                first; with a share, fail if more of the rows are bad
//	NO_VALUE=skip                   leave out rows without a recovery time, and count them apart:
//	                                patients not yet discharged
//	MISSING=n/a,999                 more spellings of a missing value
//	RANGE=0..3650                   the least and the greatest recovery time, in days
//	DECIMAL=comma                   numbers have a decimal comma
//	ENCODING=windows-1252           or iso-8859-1: how characters are encoded, if not in UTF-8
//	COLUMNS=Hospital=site,…         other names in the header
//	RECORDS=on                      add Records to each item: the rows behind its mean
//	MIN_RECORDS=n                   leave out groups of fewer than n rows, and count them
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
//	                                XXHASH checksums are not supported
//	WARM=off                        open connections when they are needed, not in INIT
//	REQUEST_PAYER=requester         the function's account pays for what it reads
//	READ_TIMEOUT=n                  how long S3 or DynamoDB may be silent, in seconds
//	                                (default: 5)
//	CONNECT_TIMEOUT=n               how long opening a connection may take, in seconds (default: 5)
//
// The variables that Lambda sets and AWS's SDKs read configure it too: see
// [reduction/internal/aws].
//
// # Events
//
// The documentation of [reduction/internal/event] says what is read of an event, and which events
// are ignored. An event that is ignored has a line in the log. So has each object that is not read
// because of what has happened to it since the event:
//
//	superseded   it was overwritten: the event of the newer object does the work
//	ignored      it was deleted, where a delete marker says so or GONE=ignore is set; or it is a
//	             folder marker, a key that ends with a slash, without bytes
//
// They are counted in the answer, and are no failures. A direct invocation fails if the object that
// it names by its ETag was overwritten. It also fails if the object was deleted, unless GONE=ignore
// is set.
//
// # Steps of a run in shards
//
// What is too large for one invocation is read in shards: see docs/scale.md. A state machine invokes
// the function for each step. [reduction/internal/event.Step] has the payloads, and package
// [reduction/internal/steps] carries the steps out. Each step logs a line with its figures. The last,
// publish, logs "reduced" and answers as a direct invocation does.
//
// The objects that a run keeps have keys that begin with reduction-runs/ and end with .part. Prefixes
// leave them out, and an event of S3 about one is ignored.
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
// If the result has a Run, "run" names it. For a prefix, "objects" counts the objects that were
// read. If MIN_RECORDS has left out groups, "suppressed" counts them.
//
// For each object that was read, of any event, the log has a line "reduced" with the same figures,
// table, partitionKey and query.
//
// # Errors
//
// An error has a type, in the answer and in its line of the log. A Retry or a Catch of Step
// Functions, a metric filter or an alarm can use it. If "again" says yes, a later attempt may
// succeed.
//
//	                         again
//	Function.BadEvent               the event is of no known shape, has an unknown name or member, or
//	                                names no object that can be read
//	Function.Setting                a variable of the environment has a wrong value, or is missing
//	Function.NoSuchKey              the object, or this version of it, does not exist; or no object's
//	                                key begins with the prefix
//	Function.NoSuchBucket           the bucket does not exist
//	Function.NoSuchTable            the table does not exist
//	Function.TableKeys              the table's keys are not PK and SK, both strings
//	Function.AccessDenied           the role lacks a right
//	Function.EncryptionKey          the object's key of KMS cannot be used
//	Function.Credentials            AWS does not accept the credentials, or they have expired
//	Function.Archived               the object is archived and must be restored first
//	Function.Superseded             a direct invocation named an ETag, and the object has another now
//	Function.Changed         yes    the object changed while it was read, or since the event, and may
//	                                not be newer than the event
//	Function.Throttled       yes    S3 or DynamoDB asks for fewer requests, or too many runs at once
//	                                move the same pointer of LATEST
//	Function.Unavailable     yes    S3 or DynamoDB did not answer, or had a fault of its own
//	Function.Timeout         yes    the invocation's time was over
//	Function.Connection             a certificate, the proxy or the endpoint is to blame
//	Function.Refused                S3 or DynamoDB does not take the request
//	Function.NoVersion              S3 sends neither a version nor an ETag of the object
//	Function.Checksum               the object is damaged, or VERIFY=full finds no checksum
//	Function.BadCompression         the compressed data is damaged, or its format is not supported
//	Function.Empty                  the object has no bytes
//	Function.BadFormat              the file is not CSV
//	Function.BadHeader              the header lacks a column, has one twice, or has all columns with
//	                                two separators
//	Function.BadRow                 a row is bad, or its group makes no valid item
//	Function.TooManyBadRows         more bad rows than BAD_ROWS allows
//	Function.TooLarge               more groups, names or counts than fit the memory size, even if no
//	                                other invocation runs in the process; or more than 10,000 objects
//	                                of a prefix
//	Function.Error                  anything else
//
// These are of steps alone:
//
//	Function.NotNeeded              plan: after this event of S3 nothing is to be read, as the log says;
//	                                end the execution with success
//	Function.Split                  prepare: the groups are too many for the memory; do the step split,
//	                                and prepare again
//	Function.SettingsChanged        the function's settings are not those of the plan
//	Function.Compressed             an object that is compressed with gzip is larger than a shard
//	Function.Rounds                 twenty rounds of maps have not found where the shards' records begin
//	Function.Conflict               a task was carried out twice with different results
//	Function.BadPartial             an object of the run is damaged, or is one of another run
//
// Runtime.* and Function.Panic, Function.Overdue and Function.ResponseSizeTooLarge are those of
// package [reduction/runtime].
//
// # The map
//
// One event passes through these steps. The last column is what a step allocates:
//
//	step              function                         allocates
//	event             runtime.Client.Serve             a payload buffer, reused
//	objects           event.Parse                      the names
//	S3 bytes          s3.Client.Object                 connections and range buffers, once
//	records, fields   csvfast.Scanner.NextBlock        nothing
//	ids, groups       aggregate.Table.AddBlock         memory for each new name and group
//	items             job, aggregate.Table.Group       nothing
//	batches           ddbwire.Batch.Put, Body          one buffer a writer, reused
//	send              dynamodb.Writer.BatchWrite       a retry body when items come back
//	response          runtime.Client                   the caller's buffer
//
// Packages that serve the job never touch a socket: csvfast, aggregate, ddbwire, job. Packages that
// touch sockets do not know the job: http1, runtime, aws. Package stores and this package tie them
// together. The judge, runtime/lambdatest, imports none of the packages that it judges.
//
// A table in internal/house says what each package may import; a test checks it.
package main
