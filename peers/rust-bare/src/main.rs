//! The job in Rust with nothing between it and the sockets: no SDK, no HTTP library, no
//! runtime library, no async.

mod aws;
mod dynamodb;
mod http;
mod intern;
mod json;
mod net;
mod number;
mod prefetch;
mod reduce;
mod s3;
mod scan;
mod sign;
mod table;

use std::env;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws::Aws;
use http::Conn;
use json::{Json, write_string};
use net::{Stream, connect};
use reduce::Reducer;
use s3::{Location, Object};

pub type Error = Box<dyn std::error::Error + Send + Sync>;
pub type Result<T> = std::result::Result<T, Error>;

fn main() -> Result<()> {
    let api = env::var("AWS_LAMBDA_RUNTIME_API")?;
    let mut function = match Function::new() {
        Ok(function) => function,
        Err(e) => {
            post(&api, &mut None, "init/error", &error_json(&e))?;
            return Err(e);
        }
    };
    function.warm();

    let mut conn = None;
    loop {
        let (head, body) = call(&api, &mut conn, &format!("GET {API}/invocation/next HTTP/1.1\r\nhost: {api}\r\n\r\n"))?;
        let id = head.get("lambda-runtime-aws-request-id").unwrap_or_default();
        let deadline = head.get("lambda-runtime-deadline-ms").and_then(|ms| ms.parse().ok());
        match function.handle(id, &body, until(deadline)) {
            Ok(answer) => post(&api, &mut conn, &format!("invocation/{id}/response"), &answer)?,
            Err(e) => post(&api, &mut conn, &format!("invocation/{id}/error"), &error_json(&e))?,
        }
    }
}

const API: &str = "/2018-06-01/runtime";

fn post(api: &str, conn: &mut Option<Conn>, path: &str, body: &[u8]) -> Result<()> {
    let body = String::from_utf8_lossy(body);
    let length = body.len();
    let request = format!("POST {API}/{path} HTTP/1.1\r\nhost: {api}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}");
    call(api, conn, &request).map(drop)
}

fn call(api: &str, kept: &mut Option<Conn>, request: &str) -> Result<(http::Head, Vec<u8>)> {
    let (host, port) = api.rsplit_once(':').unwrap_or((api, "80"));
    let mut conn = match kept.take() {
        Some(conn) => conn,
        None => Conn::new(Stream::Plain(connect(host, port.parse()?)?)),
    };
    conn.send(request.as_bytes())?;
    let head = conn.head()?;
    let body = conn.body(&head)?;
    if head.keep {
        *kept = Some(conn);
    }
    Ok((head, body))
}

fn error_json(e: &Error) -> Vec<u8> {
    let mut out = br#"{"errorType":"Function.Error","errorMessage":"#.to_vec();
    write_string(&mut out, &e.to_string());
    out.push(b'}');
    out
}

fn until(deadline_ms: Option<u64>) -> Instant {
    const UNKNOWN: Duration = Duration::from_secs(15 * 60);
    let left = deadline_ms.map_or(UNKNOWN, |ms| {
        (UNIX_EPOCH + Duration::from_millis(ms)).duration_since(SystemTime::now()).unwrap_or_default()
    });
    Instant::now() + left
}

struct Function {
    aws: Arc<Aws>,
    reducer: Reducer,
    memory: u64, // MB
    bucket: String,
    key: String,
    table: String,
}

impl Function {
    fn new() -> Result<Function> {
        let var = |name: &str| env::var(name).unwrap_or_default();
        Ok(Function {
            aws: Arc::new(Aws::from_env()?),
            reducer: Reducer::new(),
            memory: var("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").parse().unwrap_or(128),
            bucket: var("S3_BUCKET"),
            key: var("FILE_NAME"),
            table: var("DB_TABLE"),
        })
    }

    /// Batches in flight: more handshakes than six cost a small function more than they save.
    fn writers(&self) -> usize {
        if self.memory < 256 { 6 } else { 8 }
    }

    /// Opens the connections that the first invocation will need, while INIT has a whole
    /// processor. What fails is left for that invocation to report.
    fn warm(&self) {
        if self.bucket.is_empty() {
            return;
        }
        let aws = &*self.aws;
        let location = Location::new(&aws.s3, &self.bucket, &self.key);
        thread::scope(|scope| {
            for _ in 0..self.writers() {
                scope.spawn(|| {
                    if let Ok(conn) = aws.open(&aws.dynamodb, &aws.dynamodb.host) {
                        aws.dynamodb_pool.lock().expect("not poisoned").push(conn);
                    }
                });
            }
            if let Ok(conn) = location.open(aws) {
                aws.s3_pool.lock().expect("not poisoned").push(conn);
            }
        });
    }

    fn handle(&mut self, request_id: &str, payload: &[u8], deadline: Instant) -> Result<Vec<u8>> {
        let (mut bucket, mut key, mut table) = (self.bucket.clone(), self.key.clone(), self.table.clone());
        let event = Json::new(payload).object(|json, name| {
            match name {
                "bucket" => bucket = json.string()?,
                "key" => key = json.string()?,
                "table" => table = json.string()?,
                _ => drop(json.raw()?),
            }
            Some(())
        });
        if event.is_none() && !payload.is_empty() {
            return Err("the event is no object of strings".into());
        }

        let start = Instant::now();
        let location = Location::new(&self.aws.s3, &bucket, &key);
        let mut object = Object::open(&self.aws, location, s3::helpers(self.memory))?;
        let opened = Instant::now();
        let reduced = self.reducer.reduce(&mut object)?;
        let read = Instant::now();
        let groups = reduced.groups();
        let puts = groups.iter().map(|g| dynamodb::put(request_id, g)).collect();
        dynamodb::write(&self.aws, &table, puts, self.writers(), deadline)?;
        let ms = |d: Duration| d.as_secs_f64() * 1e3;
        let answer = format!(
            r#"{{"rows":{},"groups":{n},"items":{n},"bytes":{},"ms":{{"open":{:.3},"read":{:.3},"write":{:.3}}}}}"#,
            reduced.rows(),
            object.size,
            ms(opened - start),
            ms(read - opened),
            ms(read.elapsed()),
            n = groups.len(),
        );
        Ok(answer.into_bytes())
    }
}
