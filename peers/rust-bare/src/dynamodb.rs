//! BatchWriteItem, until no item is left.

use std::collections::VecDeque;
use std::thread;
use std::time::Instant;

use crate::aws::{ATTEMPTS, Aws, backoff};
use crate::http::{Conn, Head};
use crate::json::{Json, write_string};
use crate::sign::sha256;
use crate::table::Group;
use crate::{Error, Result};

const BATCH_ITEMS: usize = 25; // BatchWriteItem takes no more

/// {"PutRequest":...}, as a batch has it.
type Put = Vec<u8>;

pub fn put(request_id: &str, g: &Group) -> Put {
    let mut out = Vec::with_capacity(384);
    out.extend(br#"{"PutRequest":{"Item":{"PK":{"S":"#);
    write_string(&mut out, request_id);
    out.extend(br#"},"SK":{"S":"#);
    write_string(&mut out, &format!("#diagnosis#{}#hospital#{}", g.diagnosis, g.hospital));
    out.extend(br#"},"AverageRecoveryTime":{"N":""#);
    out.extend(g.mean.to_string().bytes()); // the shortest that reads back the same
    out.extend(br#""},"Diagnosis":{"S":"#);
    write_string(&mut out, g.diagnosis);
    out.extend(br#"},"Hospital":{"S":"#);
    write_string(&mut out, g.hospital);
    out.extend(br#"},"MostUsedTreatment":{"S":"#);
    write_string(&mut out, g.treatment);
    out.extend(b"}}}}");
    out
}

struct Batch {
    puts: Vec<Put>,
    failures: u32,
    returns: u32, // how often items have come back
    due: Instant,
}

enum Answer {
    Unprocessed(Vec<Put>),
    Again(Error),
}

/// Writes over several connections at a time without a thread for each: requests are small
/// enough not to block, and answers are taken in turn.
pub fn write(aws: &Aws, table: &str, puts: Vec<Put>, connections: usize, deadline: Instant) -> Result<()> {
    let mut puts: std::vec::IntoIter<Put> = puts.into_iter();
    let mut queue = VecDeque::new();
    loop {
        let batch: Vec<Put> = puts.by_ref().take(BATCH_ITEMS).collect();
        if batch.is_empty() {
            break;
        }
        queue.push_back(Batch { puts: batch, failures: 0, returns: 0, due: Instant::now() });
    }
    let mut flying: VecDeque<(std::io::Result<Conn>, Batch)> = VecDeque::new();
    loop {
        while flying.len() < connections
            && let Some(i) = queue.iter().position(|b| b.due <= Instant::now())
        {
            let batch = queue.remove(i).expect("it is there");
            flying.push_back((send(aws, table, &batch.puts), batch));
        }
        let Some((conn, mut batch)) = flying.pop_front() else {
            let Some(due) = queue.iter().map(|b| b.due).min() else {
                return Ok(());
            };
            if due > deadline {
                return Err("DynamoDB: no time is left".into());
            }
            thread::sleep(due.saturating_duration_since(Instant::now()));
            continue;
        };
        match receive(aws, conn)? {
            Answer::Unprocessed(left) if left.is_empty() => continue,
            Answer::Unprocessed(left) => {
                batch.puts = left;
                batch.returns += 1;
            }
            Answer::Again(error) => {
                batch.failures += 1;
                if batch.failures == ATTEMPTS {
                    return Err(error);
                }
            }
        }
        batch.due = Instant::now() + backoff(batch.failures + batch.returns);
        queue.push_back(batch);
    }
}

fn send(aws: &Aws, table: &str, puts: &[Put]) -> std::io::Result<Conn> {
    let mut body = br#"{"RequestItems":{"#.to_vec();
    write_string(&mut body, table);
    body.extend(b":[");
    body.extend(puts.join(&b','));
    body.extend(b"]}}");
    let hash = sha256(&body);
    let fields = [
        ("content-type", "application/x-amz-json-1.0"),
        ("host", &aws.dynamodb.authority),
        ("x-amz-content-sha256", &hash),
        ("x-amz-target", "DynamoDB_20120810.BatchWriteItem"),
    ];
    let request = aws.request("dynamodb", "POST", "/", &fields, &hash, &body);
    // A connection of the pool may have died of age. Where that shows only in the answer,
    // the batch goes out once more.
    if let Some(mut conn) = aws.dynamodb_pool.lock().expect("not poisoned").pop()
        && conn.send(&request).is_ok()
    {
        return Ok(conn);
    }
    let mut conn = aws.open(&aws.dynamodb, &aws.dynamodb.host)?;
    conn.send(&request)?;
    Ok(conn)
}

fn receive(aws: &Aws, conn: std::io::Result<Conn>) -> Result<Answer> {
    let answer = conn.and_then(|mut conn| {
        let head = conn.head()?;
        let body = conn.body(&head)?;
        Ok((conn, head, body))
    });
    let (conn, head, body) = match answer {
        Ok(answer) => answer,
        Err(e) => return Ok(Answer::Again(e.into())),
    };
    if head.keep {
        aws.dynamodb_pool.lock().expect("not poisoned").push(conn);
    }
    if head.status == 200 {
        return unprocessed(&body).map(Answer::Unprocessed).ok_or_else(|| "DynamoDB: a malformed answer".into());
    }
    refusal(&head, &body)
}

/// {"UnprocessedItems":{"table":[{"PutRequest":...}]}}
fn unprocessed(body: &[u8]) -> Option<Vec<Put>> {
    let mut left = Vec::new();
    Json::new(body).object(|json, name| {
        if name != "UnprocessedItems" {
            return json.raw().map(drop);
        }
        json.object(|json, _| {
            json.array(|json| {
                left.push(json.raw()?.to_vec());
                Some(())
            })
        })
    })?;
    Some(left)
}

fn refusal(head: &Head, body: &[u8]) -> Result<Answer> {
    let mut kind = String::new();
    let _ = Json::new(body).object(|json, name| match name {
        "__type" => {
            kind = json.string()?;
            Some(())
        }
        _ => json.raw().map(drop),
    });
    let kind = kind.rsplit('#').next().unwrap_or_default();
    let error: Error = format!("DynamoDB answers {} {kind}", head.status).into();
    let throttled = ["Throttl", "ThroughputExceeded", "LimitExceeded"].iter().any(|s| kind.contains(s));
    if head.status >= 500 || throttled { Ok(Answer::Again(error)) } else { Err(error) }
}
