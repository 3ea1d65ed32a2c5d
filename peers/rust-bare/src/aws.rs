//! What S3 and DynamoDB share: where they are, who asks, how often.

use std::env;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use rustls::ClientConfig;

use crate::Result;
use crate::http::{Conn, Head};
use crate::net::{Stream, tls_config};
use crate::sign::{Credentials, sign, timestamp};

pub struct Endpoint {
    pub host: String,
    pub port: u16,
    pub authority: String, // host, and port where it is not the scheme's
    pub tls: bool,
    pub given: bool, // by the environment
}

impl Endpoint {
    fn parse(url: &str) -> Result<Endpoint> {
        let (scheme, rest) = url.split_once("://").ok_or("an endpoint without a scheme")?;
        let tls = scheme == "https";
        let authority = rest.trim_end_matches('/').to_owned();
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host.to_owned(), port.parse()?),
            None => (authority.clone(), if tls { 443 } else { 80 }),
        };
        Ok(Endpoint { host, port, authority, tls, given: true })
    }

    fn of(service: &str, region: &str, variable: &str) -> Result<Endpoint> {
        match env::var(variable).or_else(|_| env::var("AWS_ENDPOINT_URL")) {
            Ok(url) => Endpoint::parse(&url),
            Err(_) => {
                let url = format!("https://{service}.{region}.amazonaws.com");
                Ok(Endpoint { given: false, ..Endpoint::parse(&url)? })
            }
        }
    }
}

pub struct Aws {
    pub credentials: Credentials,
    pub region: String,
    pub s3: Endpoint,
    pub dynamodb: Endpoint,
    tls: Arc<ClientConfig>,
    pub s3_pool: Mutex<Vec<Conn>>,
    pub dynamodb_pool: Mutex<Vec<Conn>>,
}

impl Aws {
    pub fn from_env() -> Result<Aws> {
        let var = |name: &str| env::var(name).map_err(|_| format!("{name} is not set"));
        let region = var("AWS_REGION")?;
        Ok(Aws {
            credentials: Credentials {
                access_key: var("AWS_ACCESS_KEY_ID")?,
                secret_key: var("AWS_SECRET_ACCESS_KEY")?,
                token: env::var("AWS_SESSION_TOKEN").ok(),
            },
            s3: Endpoint::of("s3", &region, "AWS_ENDPOINT_URL_S3")?,
            dynamodb: Endpoint::of("dynamodb", &region, "AWS_ENDPOINT_URL_DYNAMODB")?,
            region,
            tls: tls_config(env::var("AWS_CA_BUNDLE").ok().as_deref())?,
            s3_pool: Mutex::default(),
            dynamodb_pool: Mutex::default(),
        })
    }

    pub fn open(&self, endpoint: &Endpoint, host: &str) -> io::Result<Conn> {
        Ok(Conn::new(Stream::open(host, endpoint.port, endpoint.tls.then_some(&self.tls))?))
    }

    /// A signed request, ready to send. `fields` are in order of their names, but for
    /// x-amz-date and the token, which this puts among them.
    #[allow(clippy::too_many_arguments)]
    pub fn request(&self, service: &str, method: &str, path: &str, fields: &[(&str, &str)], payload: &str, body: &[u8]) -> Vec<u8> {
        let date = timestamp(SystemTime::now());
        let mut all = fields.to_vec();
        all.push(("x-amz-date", &date));
        if let Some(token) = &self.credentials.token {
            all.push(("x-amz-security-token", token));
        }
        all.sort_unstable();
        let mut head = format!("{method} {path} HTTP/1.1\r\n");
        sign(&mut head, &self.credentials, (&self.region, service), &date, method, path, &all, payload);
        if method == "POST" {
            head += &format!("content-length: {}\r\n", body.len());
        }
        head += "\r\n";
        let mut request = head.into_bytes();
        request.extend_from_slice(body);
        request
    }
}

/// A pooled connection may have died of age: what it refuses goes out once more, on a new one.
pub fn exchange(pool: &Mutex<Vec<Conn>>, open: impl Fn() -> io::Result<Conn>, request: &[u8]) -> io::Result<(Conn, Head)> {
    let pooled = pool.lock().expect("not poisoned").pop();
    let attempt = |mut conn: Conn| {
        conn.send(request)?;
        let head = conn.head()?;
        Ok((conn, head))
    };
    if let Some(conn) = pooled
        && let Ok(answer) = attempt(conn)
    {
        return Ok(answer);
    }
    attempt(open()?)
}

pub const ATTEMPTS: u32 = 5;

/// Full jitter: anything up to a delay that doubles.
pub fn backoff(attempt: u32) -> Duration {
    const FIRST: Duration = Duration::from_millis(50);
    const LONGEST: Duration = Duration::from_secs(5);
    let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().subsec_nanos();
    let share = f64::from(nanos.wrapping_mul(2654435761) >> 8) / f64::from(1 << 24);
    (FIRST * (1 << attempt.min(7))).min(LONGEST).mul_f64(share)
}
