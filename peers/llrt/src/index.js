// The job as an LLRT developer would write it: AWS's SDK for JavaScript v3, and an object in
// pieces, since LLRT's responses are no streams.
import { BatchWriteItemCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createHash, createHmac } from 'crypto';
import { reduce } from '../../node/src/reduce.js';
import { BATCHES_IN_FLIGHT, makeItems, write } from '../../node/src/write.js';

const {
  AWS_ACCESS_KEY_ID,
  AWS_ENDPOINT_URL,
  AWS_ENDPOINT_URL_DYNAMODB = AWS_ENDPOINT_URL,
  AWS_ENDPOINT_URL_S3 = AWS_ENDPOINT_URL,
  AWS_REGION,
  AWS_SECRET_ACCESS_KEY,
  AWS_SESSION_TOKEN,
  DB_TABLE,
  FILE_NAME,
  S3_BUCKET,
} = process.env;

const PIECE = 10 << 20; // bytes, as the experiment's LLRT function has them

// LLRT's own SHA-256. The SDK's, for browsers, is JavaScript.
class Sha256 {
  constructor(secret) {
    this.hash = secret ? createHmac('sha256', secret) : createHash('sha256');
  }
  update(data) {
    this.hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.hash.digest());
  }
}

// What the SDK finds in the environment by itself in Node, and not in a browser, which LLRT is
// to it.
const config = {
  region: AWS_REGION,
  credentials: {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  },
  sha256: Sha256,
};
const s3 = new S3Client({
  ...config,
  endpoint: AWS_ENDPOINT_URL_S3,
  forcePathStyle: Boolean(AWS_ENDPOINT_URL_S3),
  responseChecksumValidation: 'WHEN_REQUIRED', // of a piece there is none to be validated
});
const dynamodb = new DynamoDBClient({ ...config, endpoint: AWS_ENDPOINT_URL_DYNAMODB });

// Opens the connections that the first invocation will need, while INIT has a whole processor.
// What is answered does not matter.
await Promise.allSettled([
  s3.send(new HeadObjectCommand({ Bucket: S3_BUCKET, Key: FILE_NAME })),
  ...Array.from({ length: BATCHES_IN_FLIGHT }, () => dynamodb.send(new DescribeTableCommand({ TableName: DB_TABLE }))),
]);

const NEWLINE = 10;

export const handler = async (event, context) => {
  const { bucket = S3_BUCKET, key = FILE_NAME, table = DB_TABLE } = event ?? {};
  let bytes = 0;

  // Yields whole lines: LLRT's TextDecoder knows nothing of a character cut in two.
  async function* pieces() {
    let rest = new Uint8Array(0);
    for (let from = 0, size = Infinity; from < size; from += PIECE) {
      const Range = `bytes=${from}-${from + PIECE - 1}`;
      const { Body, ContentRange } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range }));
      size = bytes = Number(ContentRange.split('/')[1]);
      const piece = await Body.transformToByteArray();
      const data = new Uint8Array(rest.length + piece.length);
      data.set(rest);
      data.set(piece, rest.length);
      const end = data.lastIndexOf(NEWLINE) + 1;
      yield data.subarray(0, end);
      rest = data.subarray(end);
    }
    yield rest;
  }

  const { groups, rows } = await reduce(pieces());
  const items = makeItems(context.awsRequestId, groups);
  await write(dynamodb, table, items);
  return { rows, groups: groups.length, items: items.length, bytes };
};
