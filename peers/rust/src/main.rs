//! The job as a Rust developer would write it: lambda_runtime, AWS's SDK and the csv crate.
//!
//! With HABITS=original, given when it is built or when it runs, it does as the experiment's
//! own function does: no connection before it is needed, the whole file in memory, batches one
//! after the other, each sent once.

mod reduce;
mod write;

use std::env;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_s3::error::DisplayErrorContext;
use aws_smithy_http_client::{Builder, tls};
use futures_util::future::join_all;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde::{Deserialize, Serialize};
use tokio_util::io::SyncIoBridge;

/// The SDK's errors say what happened only when they are asked.
fn explain(error: impl std::error::Error) -> Error {
    DisplayErrorContext(error).to_string().into()
}

/// What the environment says, where an event does not say otherwise.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Event {
    bucket: Option<String>,
    key: Option<String>,
    table: Option<String>,
}

#[derive(Serialize)]
struct Response {
    rows: u64,
    groups: usize,
    items: usize,
    bytes: u64,
}

struct Function {
    s3: aws_sdk_s3::Client,
    dynamodb: aws_sdk_dynamodb::Client,
    defaults: Event,
    original: bool,
}

fn original() -> bool {
    let asked = |habits: &str| habits == "original";
    option_env!("HABITS").is_some_and(asked) || env::var("HABITS").is_ok_and(|h| asked(&h))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let function = Function::new(&load_config().await?);
    if !function.original {
        function.warm().await;
    }
    run(service_fn(|event| function.handle(event))).await
}

/// TLS by ring: aws-lc, the SDK's default, takes 20 ms of a start for seeding its random
/// numbers. And the SDK for Rust does not read AWS_CA_BUNDLE by itself.
async fn load_config() -> Result<SdkConfig, Error> {
    let roots = match env::var_os("AWS_CA_BUNDLE") {
        Some(path) => tls::TrustStore::empty().with_pem_certificate(std::fs::read(path)?),
        None => tls::TrustStore::default(),
    };
    let context = tls::TlsContext::builder().with_trust_store(roots).build()?;
    let client = Builder::new()
        .tls_provider(tls::Provider::Rustls(
            tls::rustls_provider::CryptoMode::Ring,
        ))
        .tls_context(context)
        .build_https();
    Ok(aws_config::defaults(BehaviorVersion::latest())
        .http_client(client)
        .load()
        .await)
}

impl Function {
    fn new(config: &SdkConfig) -> Self {
        let s3 = aws_sdk_s3::config::Builder::from(config)
            .force_path_style(config.endpoint_url().is_some())
            .build();
        Function {
            s3: aws_sdk_s3::Client::from_conf(s3),
            dynamodb: aws_sdk_dynamodb::Client::new(config),
            defaults: Event {
                bucket: env::var("S3_BUCKET").ok(),
                key: env::var("FILE_NAME").ok(),
                table: env::var("DB_TABLE").ok(),
            },
            original: original(),
        }
    }

    /// Opens the connections that the first invocation will need, while INIT has a whole
    /// processor. What is answered does not matter.
    async fn warm(&self) {
        let Event { bucket, key, table } = &self.defaults;
        let s3 = self
            .s3
            .head_object()
            .set_bucket(bucket.clone())
            .set_key(key.clone());
        let dynamodb = (0..write::BATCHES_IN_FLIGHT).map(|_| {
            let request = self.dynamodb.describe_table();
            request.set_table_name(table.clone()).send()
        });
        let _ = tokio::join!(s3.send(), join_all(dynamodb));
    }

    async fn handle(&self, event: LambdaEvent<Event>) -> Result<Response, Error> {
        let (event, context) = event.into_parts();
        let bucket = event.bucket.or(self.defaults.bucket.clone());
        let key = event.key.or(self.defaults.key.clone());
        let table = event.table.or(self.defaults.table.clone());

        let object = self
            .s3
            .get_object()
            .set_bucket(bucket)
            .set_key(key)
            .send()
            .await
            .map_err(explain)?;
        let bytes = object.content_length().unwrap_or_default() as u64;
        let (groups, rows) = if self.original {
            let whole = object.body.collect().await?.into_bytes();
            reduce::reduce(&whole[..])?
        } else {
            // The csv crate blocks: it has a thread of its own, beside the one that receives.
            let body = SyncIoBridge::new(object.body.into_async_read());
            tokio::task::spawn_blocking(move || reduce::reduce(body)).await??
        };

        let items = write::items(&context.request_id, &groups);
        let count = items.len();
        let deadline = UNIX_EPOCH + Duration::from_millis(context.deadline);
        let left = deadline
            .duration_since(SystemTime::now())
            .unwrap_or_default();
        let table = table.unwrap_or_default();
        if self.original {
            write::write_once(&self.dynamodb, &table, items).await?;
        } else {
            tokio::time::timeout(left, write::write(&self.dynamodb, &table, items)).await??;
        }
        Ok(Response {
            rows,
            groups: groups.len(),
            items: count,
            bytes,
        })
    }
}
