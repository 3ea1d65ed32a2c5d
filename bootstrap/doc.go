// Command bootstrap is the function: it reduces medical records, as CSV in S3, to the mean
// recovery time and the most used treatment of each diagnosis in each hospital, and stores the
// result in DynamoDB. Lambda's custom runtime (provided.al2023) starts it as it is.
//
// # Settings
//
// The environment configures it:
//
//	S3_BUCKET, FILE_NAME, DB_TABLE  what to read and where to write, unless the event says
//	BAD_ROWS=skip                   leave bad rows out, counted, rather than fail
//	RECORDS=on                      add Records to each item: the rows behind its mean
//	TTL_DAYS=n                      add TTL to each item, n days ahead
//	MANIFEST=on                     write #manifest last: the result is whole
//	PK=request|object               what the partition key is made of (default: by the event)
//	SQS_PARTIAL=on                  answer SQS with batchItemFailures
//	METRICS=on                      the summary line is an embedded metric
//	VERIFY=full                     demand a checksum of the whole object, and verify it;
//	                                XXHASH cannot be
//	WARM=off                        open connections when they are needed, not before the
//	                                first event is asked for
//
// So do the variables that Lambda sets and AWS's SDKs read: see [reduction/internal/aws].
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
//	ids, groups       aggregate.Table.AddRows          a name or group at first sight
//	items             job, aggregate.Table.Groups      one pass over the groups
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
