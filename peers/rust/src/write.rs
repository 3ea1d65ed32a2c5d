use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use lambda_runtime::Error;

use crate::reduce::Groups;

const BATCH_ITEMS: usize = 25; // BatchWriteItem takes no more
pub const BATCHES_IN_FLIGHT: usize = 8;

const FIRST_DELAY: Duration = Duration::from_millis(50);
const MAX_DELAY: Duration = Duration::from_secs(5);

pub fn items(request_id: &str, groups: &Groups) -> Vec<WriteRequest> {
    let text = |s: &str| AttributeValue::S(s.to_owned());
    groups
        .iter()
        .map(|(key, group)| {
            let sort_key = format!("#diagnosis#{}#hospital#{}", key.diagnosis, key.hospital);
            let put = PutRequest::builder()
                .item("PK", text(request_id))
                .item("SK", AttributeValue::S(sort_key))
                .item(
                    "AverageRecoveryTime",
                    AttributeValue::N(group.mean().to_string()),
                )
                .item("Diagnosis", text(&key.diagnosis))
                .item("Hospital", text(&key.hospital))
                .item("MostUsedTreatment", text(group.mode()))
                .build()
                .expect("the item is set");
            WriteRequest::builder().put_request(put).build()
        })
        .collect()
}

/// One batch after the other. What comes back unprocessed is not sent again, but at least it
/// is not passed over in silence.
pub async fn write_once(
    client: &Client,
    table: &str,
    items: Vec<WriteRequest>,
) -> Result<(), Error> {
    for batch in items.chunks(BATCH_ITEMS) {
        let output = client
            .batch_write_item()
            .request_items(table, batch.to_vec())
            .send()
            .await
            .map_err(crate::explain)?;
        if output
            .unprocessed_items
            .is_some_and(|left| !left.is_empty())
        {
            return Err("items came back unprocessed".into());
        }
    }
    Ok(())
}

pub async fn write(client: &Client, table: &str, items: Vec<WriteRequest>) -> Result<(), Error> {
    stream::iter(items.chunks(BATCH_ITEMS))
        .map(|batch| write_batch(client, table, batch.to_vec()))
        .buffer_unordered(BATCHES_IN_FLIGHT)
        .try_collect()
        .await
}

/// Sends until nothing comes back unprocessed.
async fn write_batch(client: &Client, table: &str, batch: Vec<WriteRequest>) -> Result<(), Error> {
    let mut pending = HashMap::from([(table.to_owned(), batch)]);
    let mut delay = FIRST_DELAY;
    loop {
        let output = client
            .batch_write_item()
            .set_request_items(Some(pending))
            .send()
            .await
            .map_err(crate::explain)?;
        pending = output.unprocessed_items.unwrap_or_default();
        if pending.is_empty() {
            return Ok(());
        }
        tokio::time::sleep(delay.mul_f64(fastrand::f64())).await;
        delay = (2 * delay).min(MAX_DELAY);
    }
}
