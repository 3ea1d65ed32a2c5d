// Package event reads the payload of an invocation, and finds the objects that the function must
// reduce.
//
// It recognizes these payloads by their content:
//
//	nothing, null, {}                        the environment's object
//	EventBridge's "Scheduled Event"          the same, from a rule and from EventBridge Scheduler
//	{"bucket": ..., "key": ..., "table": …}  that object; what is left out, the environment's
//	{"prefix": ..., …}                       all objects whose keys begin so, for one result
//	S3 event notification, version 2.x       its records' objects
//	EventBridge, from S3                     its object
//	EventBridge, from S3 via CloudTrail      the object of the call
//	SNS, SQS, or SNS in SQS                  the events in the messages, any of these three; SNS
//	                                         in SQS with raw message delivery and without
//	EventBridge Pipes                        an array of SQS's records, or of any of these events
//	Step Functions' Map                      an item, an array of items, {"Items": [...]}
//	{"step": "plan", ...} and the like       a step of a run in shards: see [Step]
//
// Everything else is an error that says what was expected. An unknown member of our own events is
// an error, too: it may be misspelled, and another object would be read.
//
// [Event.Respond] makes the answer that the sender expects. [Event.PartitionKey] returns the key
// under which results must be stored, so that a second delivery does no harm.
//
// # Names
//
// The name of an S3 event says what has happened to an object. The tables below say for which names
// the object is read: it can be read now. Events with the other names are ignored, and listed in
// [Event.Ignored]. A name that is in none of these tables is an error.
//
// Names in event notifications. They may begin with "s3:": AWS and Ceph send them without, MinIO
// and versitygw with it.
//
//	ObjectCreated:Put                                 read     AWS, MinIO, Ceph, versitygw
//	ObjectCreated:Post                                read     AWS, MinIO, Ceph, versitygw
//	ObjectCreated:Copy                                read     AWS, MinIO, Ceph, versitygw
//	ObjectCreated:CompleteMultipartUpload             read     AWS, MinIO, Ceph, versitygw
//	ObjectRestore:Completed                           read     AWS, MinIO, versitygw
//	ObjectSynced:Create                               read     Ceph: copied here from another zone
//	Replication:Create                                read     Ceph: the same
//
//	TestEvent                                         ignored  AWS, versitygw
//	ObjectRemoved:Delete                              ignored  AWS, MinIO, Ceph, versitygw
//	ObjectRemoved:DeleteMarkerCreated                 ignored  AWS, MinIO, Ceph
//	ObjectRemoved:DeleteAllVersions                   ignored  MinIO
//	ObjectRemoved:NoOP                                ignored  MinIO
//	ObjectRestore:Post                                ignored  AWS, MinIO, versitygw: under way
//	ObjectRestore:Delete                              ignored  AWS: the restored copy has expired
//	ReducedRedundancyLostObject                       ignored  AWS
//	LifecycleExpiration:Delete                        ignored  AWS, Ceph
//	LifecycleExpiration:DeleteMarkerCreated           ignored  AWS, Ceph
//	LifecycleDelMarkerExpiration:Delete               ignored  MinIO
//	LifecycleTransition                               ignored  AWS, Ceph
//	ObjectLifecycle:Expiration:Current                ignored  Ceph
//	ObjectLifecycle:Expiration:Noncurrent             ignored  Ceph, in its source
//	ObjectLifecycle:Expiration:NonCurrent             ignored  Ceph, in its documentation
//	ObjectLifecycle:Expiration:DeleteMarker           ignored  Ceph
//	ObjectLifecycle:Expiration:AbortMPU               ignored  Ceph, in its source
//	ObjectLifecycle:Expiration:AbortMultipartUpload   ignored  Ceph, in its documentation
//	ObjectLifecycle:Transition:Current                ignored  Ceph
//	ObjectLifecycle:Transition:Noncurrent             ignored  Ceph, in its source
//	ObjectLifecycle:Transition:NonCurrent             ignored  Ceph, in its documentation
//	ObjectTransition:Complete                         ignored  MinIO
//	ObjectTransition:Failed                           ignored  MinIO
//	IntelligentTiering                                ignored  AWS
//	ObjectTagging:Put                                 ignored  AWS, versitygw
//	ObjectTagging:Delete                              ignored  AWS, versitygw
//	ObjectCreated:PutTagging                          ignored  MinIO: the content stays
//	ObjectCreated:DeleteTagging                       ignored  MinIO: the content stays
//	ObjectCreated:PutRetention                        ignored  MinIO: the content stays
//	ObjectCreated:PutLegalHold                        ignored  MinIO: the content stays
//	ObjectRetention:Put                               ignored  AWS
//	ObjectAnnotation:Put                              ignored  AWS
//	ObjectAnnotation:Delete                           ignored  AWS
//	ObjectAcl:Put                                     ignored  AWS, versitygw
//	Replication:OperationFailedReplication            ignored  AWS, MinIO: of the source's object
//	Replication:OperationMissedThreshold              ignored  AWS, MinIO
//	Replication:OperationReplicatedAfterThreshold     ignored  AWS, MinIO
//	Replication:OperationNotTracked                   ignored  AWS, MinIO
//	Replication:OperationCompletedReplication         ignored  MinIO
//	Replication:Delete                                ignored  Ceph
//	Replication:DeletionMarkerCreated                 ignored  Ceph
//	ObjectSynced:Delete                               ignored  Ceph
//	ObjectSynced:DeletionMarkerCreated                ignored  Ceph
//	ObjectAccessed:Get                                ignored  MinIO
//	ObjectAccessed:Head                               ignored  MinIO
//	ObjectAccessed:Attributes                         ignored  MinIO
//	ObjectAccessed:GetRetention                       ignored  MinIO
//	ObjectAccessed:GetLegalHold                       ignored  MinIO
//	Scanner:ManyVersions                              ignored  MinIO
//	Scanner:LargeVersions                             ignored  MinIO
//	Scanner:BigPrefix                                 ignored  MinIO
//	BucketCreated:*                                   ignored  MinIO
//	BucketRemoved:*                                   ignored  MinIO
//
// AWS: Amazon S3 User Guide, "Event notification types and destinations", and Amazon S3 API
// Reference, QueueConfiguration. MinIO: minio/minio, internal/event/name.go. Ceph: ceph/ceph,
// src/rgw/rgw_notify_event_type.cc, and "S3 Bucket Notifications Compatibility" of its
// documentation, 19.2. versitygw: versity/versitygw, s3event/filter.go. Read in November 2026.
//
// Detail types in EventBridge. For "Object Created" the object is read, whatever the reason
// (PutObject, POST Object, CopyObject, CompleteMultipartUpload).
//
//	Object Created                                    read     EventBridge
//	Object Restore Completed                          read     EventBridge
//
//	Object Deleted                                    ignored  EventBridge
//	Object Restore Initiated                          ignored  EventBridge: under way
//	Object Restore Expired                            ignored  EventBridge
//	Object Storage Class Changed                      ignored  EventBridge
//	Object Access Tier Changed                        ignored  EventBridge
//	Object ACL Updated                                ignored  EventBridge
//	Object Tags Added                                 ignored  EventBridge
//	Object Tags Deleted                               ignored  EventBridge
//
// EventBridge: Amazon S3 User Guide, "Using EventBridge". EventBridge's own reference also lists
// "Async Copy Completion", but its content is not documented: it is an error.
//
// Calls in "AWS API Call via CloudTrail". A record with an errorCode is ignored, whatever the call.
// So is a call that the record marks as read-only.
//
//	PutObject                                         read     CloudTrail
//	PostObject                                        read     CloudTrail
//	CopyObject                                        read     CloudTrail
//	CompleteMultipartUpload                           read     CloudTrail
//
//	CreateMultipartUpload                             ignored  CloudTrail: under way
//	UploadPart                                        ignored  CloudTrail: under way
//	UploadPartCopy                                    ignored  CloudTrail: under way
//	AbortMultipartUpload                              ignored  CloudTrail
//	DeleteObject                                      ignored  CloudTrail
//	DeleteObjects                                     ignored  CloudTrail
//	RestoreObject                                     ignored  CloudTrail: under way
//	PutObjectTagging                                  ignored  CloudTrail
//	DeleteObjectTagging                               ignored  S3 API
//	PutObjectAcl                                      ignored  CloudTrail
//	PutObjectRetention                                ignored  S3 API
//	PutObjectLegalHold                                ignored  S3 API
//	GetObject                                         ignored  CloudTrail
//	GetObjectAcl                                      ignored  CloudTrail
//	GetObjectAttributes                               ignored  CloudTrail
//	GetObjectLegalHold                                ignored  S3 API
//	GetObjectRetention                                ignored  S3 API
//	GetObjectTagging                                  ignored  CloudTrail
//	GetObjectTorrent                                  ignored  S3 API
//	HeadBucket                                        ignored  CloudTrail
//	HeadObject                                        ignored  CloudTrail
//	ListMultipartUploads                              ignored  S3 API
//	ListObjects                                       ignored  CloudTrail
//	ListObjectsV2                                     ignored  S3 API
//	ListObjectVersions                                ignored  CloudTrail
//	ListParts                                         ignored  CloudTrail
//	SelectObjectContent                               ignored  S3 API
//
// CloudTrail: Amazon S3 User Guide, "Amazon S3 CloudTrail events". S3 API: Amazon S3 API
// Reference, Actions.
package event
