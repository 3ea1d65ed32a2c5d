package event

import "strings"

// names are the names of a sender's events, one a line: those whose object is read, and those that
// are ignored. A name that is in neither list is an error, so that no file is missed because its
// event is new. The error does not show the name. The package documentation has the same lists with
// their sources; a test compares the two.
type names struct{ read, ignored string }

// does reports whether the object of an event with that name is read, and whether the name is
// known.
func (n *names) does(name string) (read, known bool) {
	if name == "" || strings.Contains(name, "\n") {
		return false, false
	}
	line := "\n" + name + "\n"
	read = strings.Contains(n.read, line)
	return read, read || strings.Contains(n.ignored, line)
}

// notifications are the names in S3's event notifications, without "s3:".
var notifications = names{`
ObjectCreated:Put
ObjectCreated:Post
ObjectCreated:Copy
ObjectCreated:CompleteMultipartUpload
ObjectRestore:Completed
ObjectSynced:Create
Replication:Create
`, `
TestEvent
ObjectRemoved:Delete
ObjectRemoved:DeleteMarkerCreated
ObjectRemoved:DeleteAllVersions
ObjectRemoved:NoOP
ObjectRestore:Post
ObjectRestore:Delete
ReducedRedundancyLostObject
LifecycleExpiration:Delete
LifecycleExpiration:DeleteMarkerCreated
LifecycleDelMarkerExpiration:Delete
LifecycleTransition
ObjectLifecycle:Expiration:Current
ObjectLifecycle:Expiration:Noncurrent
ObjectLifecycle:Expiration:NonCurrent
ObjectLifecycle:Expiration:DeleteMarker
ObjectLifecycle:Expiration:AbortMPU
ObjectLifecycle:Expiration:AbortMultipartUpload
ObjectLifecycle:Transition:Current
ObjectLifecycle:Transition:Noncurrent
ObjectLifecycle:Transition:NonCurrent
ObjectTransition:Complete
ObjectTransition:Failed
IntelligentTiering
ObjectTagging:Put
ObjectTagging:Delete
ObjectCreated:PutTagging
ObjectCreated:DeleteTagging
ObjectCreated:PutRetention
ObjectCreated:PutLegalHold
ObjectRetention:Put
ObjectAnnotation:Put
ObjectAnnotation:Delete
ObjectAcl:Put
Replication:OperationFailedReplication
Replication:OperationMissedThreshold
Replication:OperationReplicatedAfterThreshold
Replication:OperationNotTracked
Replication:OperationCompletedReplication
Replication:Delete
Replication:DeletionMarkerCreated
ObjectSynced:Delete
ObjectSynced:DeletionMarkerCreated
ObjectAccessed:Get
ObjectAccessed:Head
ObjectAccessed:Attributes
ObjectAccessed:GetRetention
ObjectAccessed:GetLegalHold
Scanner:ManyVersions
Scanner:LargeVersions
Scanner:BigPrefix
BucketCreated:*
BucketRemoved:*
`}

// detailTypes are the detail types of S3's own events in EventBridge.
var detailTypes = names{`
Object Created
Object Restore Completed
`, `
Object Deleted
Object Restore Initiated
Object Restore Expired
Object Storage Class Changed
Object Access Tier Changed
Object ACL Updated
Object Tags Added
Object Tags Deleted
`}

// calls are the calls to S3 that CloudTrail records. Beside these, what it records as read-only
// is ignored.
var calls = names{`
PutObject
PostObject
CopyObject
CompleteMultipartUpload
`, `
CreateMultipartUpload
UploadPart
UploadPartCopy
AbortMultipartUpload
DeleteObject
DeleteObjects
RestoreObject
PutObjectTagging
DeleteObjectTagging
PutObjectAcl
PutObjectRetention
PutObjectLegalHold
GetObject
GetObjectAcl
GetObjectAttributes
GetObjectLegalHold
GetObjectRetention
GetObjectTagging
GetObjectTorrent
HeadBucket
HeadObject
ListMultipartUploads
ListObjects
ListObjectsV2
ListObjectVersions
ListParts
SelectObjectContent
`}
