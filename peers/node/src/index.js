// The job as a Node developer would write it: AWS's SDK for JavaScript v3 and streams.
//
// With HABITS=original it does as the experiment's own function does: no connection before it
// is needed, the whole file in memory, batches one after the other, each sent once.
import './v8.js';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { reduce } from './reduce.js';
import { serve } from './runtime.js';
import { BATCHES_IN_FLIGHT, makeItems, write, writeOnce } from './write.js';

const { AWS_CA_BUNDLE, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3 = AWS_ENDPOINT_URL, S3_BUCKET, FILE_NAME, DB_TABLE, HABITS } = process.env;
const original = HABITS === 'original';

// The SDK for JavaScript does not read AWS_CA_BUNDLE by itself.
const ca = AWS_CA_BUNDLE && readFileSync(AWS_CA_BUNDLE);
const requestHandler = new NodeHttpHandler({ httpsAgent: new Agent({ keepAlive: true, maxSockets: 50, ca }) });
const s3 = new S3Client({ requestHandler, forcePathStyle: Boolean(AWS_ENDPOINT_URL_S3) });
const dynamodb = new DynamoDBClient({ requestHandler });

// Opens the connections that the first invocation will need, while INIT has a whole processor.
// What is answered does not matter.
const warm = () =>
  Promise.allSettled([
    s3.send(new HeadObjectCommand({ Bucket: S3_BUCKET, Key: FILE_NAME })),
    ...Array.from({ length: BATCHES_IN_FLIGHT }, () => dynamodb.send(new DescribeTableCommand({ TableName: DB_TABLE }))),
  ]);

const handler = async (event, context) => {
  const { bucket = S3_BUCKET, key = FILE_NAME, table = DB_TABLE } = event ?? {};
  const { Body, ContentLength } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const { groups, rows } = await reduce(original ? [await Body.transformToByteArray()] : Body);
  const items = makeItems(context.awsRequestId, groups);
  await (original ? writeOnce : write)(dynamodb, table, items);
  return { rows, groups: groups.length, items: items.length, bytes: ContentLength };
};

const ready = original ? Promise.resolve() : warm();
ready.then(() => serve(handler));
