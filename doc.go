// Package reduction is the map of the house. It exports nothing; the packages below it do.
//
// An event goes in at the top, bytes flow down through pure packages, one response comes
// out:
//
//	step              function                         allocates
//	event             runtime.Client.Next              a payload buffer, reused
//	objects           event.Parse                      the names
//	S3 bytes          aws.Client.Object                connections and range buffers, once
//	records, fields   csvfast.Scanner.NextBlock        nothing
//	ids, groups       aggregate.Table.AddRows          a name or group at first sight
//	items             job, aggregate.Table.Groups      one pass over the groups
//	batches           ddbwire.Batch.Put, Body          one buffer a writer, reused
//	send              aws.Client.BatchWrite            a retry body when items come back
//	response          runtime.Client                   the caller's buffer
//
// Packages that know the job never touch a socket: csvfast, aggregate, ddbwire, job.
// Packages that touch sockets never know the job: internal/http1, runtime, aws. bootstrap
// ties them together. lambdatest, the judge, stands apart and imports none of them.
//
// The floors, and what each may import, are a table in deps_test.go that the tests hold.
package reduction
