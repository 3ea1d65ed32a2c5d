import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { mode } from './reduce.js';

const BATCH_ITEMS = 25; // BatchWriteItem takes no more
export const BATCHES_IN_FLIGHT = 8;
const FIRST_DELAY = 50; // ms
const MAX_DELAY = 5000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const makeItems = (requestId, groups) =>
  groups.map((group) => ({
    PutRequest: {
      Item: {
        PK: { S: requestId },
        SK: { S: `#diagnosis#${group.diagnosis}#hospital#${group.hospital}` },
        AverageRecoveryTime: { N: String(group.days / group.rows) },
        Diagnosis: { S: group.diagnosis },
        Hospital: { S: group.hospital },
        MostUsedTreatment: { S: mode(group) },
      },
    },
  }));

export const write = async (client, table, items) => {
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const batch = items.slice(next, (next += BATCH_ITEMS));
      await writeBatch(client, table, batch);
    }
  };
  await Promise.all(Array.from({ length: BATCHES_IN_FLIGHT }, worker));
};

// One batch after the other. What comes back unprocessed is not sent again, but at least it
// is not passed over in silence.
export const writeOnce = async (client, table, items) => {
  for (let i = 0; i < items.length; i += BATCH_ITEMS) {
    const RequestItems = { [table]: items.slice(i, i + BATCH_ITEMS) };
    const { UnprocessedItems = {} } = await client.send(new BatchWriteItemCommand({ RequestItems }));
    if (Object.keys(UnprocessedItems).length > 0) throw new Error('items came back unprocessed');
  }
};

// Sends until nothing comes back unprocessed.
const writeBatch = async (client, table, batch) => {
  let pending = { [table]: batch };
  for (let delay = FIRST_DELAY; ; delay = Math.min(2 * delay, MAX_DELAY)) {
    const { UnprocessedItems = {} } = await client.send(new BatchWriteItemCommand({ RequestItems: pending }));
    if (Object.keys(UnprocessedItems).length === 0) return;
    pending = UnprocessedItems;
    await sleep(Math.random() * delay);
  }
};
