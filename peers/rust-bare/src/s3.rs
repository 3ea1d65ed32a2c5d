//! Objects of S3 as streams: over one connection, or over several where memory, and so the
//! share of a processor, is enough to keep them busy.

use std::ops::Range;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::Arc;
use std::thread;

use crate::aws::{ATTEMPTS, Aws, Endpoint, backoff, exchange};
use crate::http::{Conn, Head};
use crate::reduce::Source;
use crate::sign::{EMPTY_SHA256, escape};
use crate::{Error, Result};

/// Where an object is.
pub struct Location {
    host: String,
    authority: String,
    path: String,
}

impl Location {
    /// By path where the endpoint was given, or the bucket's dots would break TLS.
    pub fn new(endpoint: &Endpoint, bucket: &str, key: &str) -> Location {
        let by_path = endpoint.given || bucket.contains('.');
        let prefix = if by_path { String::new() } else { format!("{bucket}.") };
        Location {
            host: format!("{prefix}{}", endpoint.host),
            authority: format!("{prefix}{}", endpoint.authority),
            path: escape(&if by_path { format!("/{bucket}/{key}") } else { format!("/{key}") }),
        }
    }

    pub fn open(&self, aws: &Aws) -> std::io::Result<Conn> {
        aws.open(&aws.s3, &self.host)
    }
}

/// A span of an object. A connection that breaks is replaced where it broke.
struct Span {
    aws: Arc<Aws>,
    location: Arc<Location>,
    conn: Option<Conn>,
    left: Range<u64>,
    keep: bool,
    etag: String,
    failures: u32,
}

impl Span {
    fn get(aws: &Aws, location: &Location, range: Option<Range<u64>>, etag: &str) -> Result<(Conn, Head)> {
        let span = range.as_ref().map(|r| format!("bytes={}-{}", r.start, r.end - 1));
        let mut fields = vec![("host", location.authority.as_str())];
        if !etag.is_empty() {
            fields.push(("if-match", etag));
        }
        match &span {
            Some(span) => fields.push(("range", span)),
            None => fields.push(("x-amz-checksum-mode", "ENABLED")),
        }
        fields.push(("x-amz-content-sha256", EMPTY_SHA256));
        let mut failures = 0;
        loop {
            let request = aws.request("s3", "GET", &location.path, &fields, EMPTY_SHA256, b"");
            let error: Error = match exchange(&aws.s3_pool, || location.open(aws), &request) {
                Ok((conn, head)) if head.status == 200 && range.is_none() || head.status == 206 => return Ok((conn, head)),
                Ok((_, head)) if head.status < 500 => return Err(format!("S3 answers {}", head.status).into()),
                Ok((_, head)) => format!("S3 answers {}", head.status).into(),
                Err(e) => e.into(),
            };
            failures += 1;
            if failures == ATTEMPTS {
                return Err(error);
            }
            thread::sleep(backoff(failures));
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let most = (self.left.end - self.left.start).min(buffer.len() as u64) as usize;
        if most == 0 {
            return Ok(0);
        }
        loop {
            let read = match &mut self.conn {
                Some(conn) => conn.read(&mut buffer[..most]).map_err(Error::from),
                None => {
                    let (conn, head) = Span::get(&self.aws, &self.location, Some(self.left.clone()), &self.etag)?;
                    (self.conn, self.keep) = (Some(conn), head.keep);
                    continue;
                }
            };
            match read {
                Ok(n) => {
                    self.left.start += n as u64;
                    if self.left.is_empty() && self.keep {
                        let pool = &self.aws.s3_pool;
                        pool.lock().expect("not poisoned").extend(self.conn.take());
                    }
                    return Ok(n);
                }
                Err(e) => {
                    self.conn = None;
                    self.failures += 1;
                    if self.failures == ATTEMPTS {
                        return Err(e);
                    }
                    thread::sleep(backoff(self.failures));
                }
            }
        }
    }
}

/// How many connections beside the first fetch ahead, by memory size in MB.
pub fn helpers(memory: u64) -> usize {
    match memory {
        ..300 => 0,
        300..900 => 2,
        _ => 4,
    }
}

const PART: u64 = 8 << 20;
const FROM: u64 = 16 << 20; // smaller objects come over one connection
const LEAD: u64 = 4 << 20; // what the first brings while the others are being opened

pub struct Object {
    pub size: u64,
    own: Span,
    parts: Vec<Helper>,
    next: usize, // of parts, which take turns
    part: Vec<u8>,
    given: usize, // of part
    ahead: u64,   // bytes of parts not received yet
    checksum: Option<(u64, crc64fast_nvme::Digest)>,
}

struct Helper {
    full: Receiver<Result<Vec<u8>>>,
    empty: SyncSender<Vec<u8>>,
}

impl Object {
    pub fn open(aws: &Arc<Aws>, location: Location, helpers: usize) -> Result<Object> {
        let location = Arc::new(location);
        let (conn, head) = Span::get(aws, &location, None, "")?;
        let size = head.length.ok_or("S3 answers without a length")?;
        let etag = head.get("etag").unwrap_or_default().to_owned();
        let (own, part) = split(size, helpers);
        let span = |left: Range<u64>, conn, keep| Span {
            aws: aws.clone(),
            location: location.clone(),
            conn,
            left,
            keep,
            etag: etag.clone(),
            failures: 0,
        };
        let mut object = Object {
            size,
            own: span(0..own, Some(conn), head.keep && own == size),
            parts: Vec::new(),
            next: 0,
            part: Vec::new(),
            given: 0,
            ahead: size - own,
            checksum: None,
        };
        if own == size {
            let sum = head.get("x-amz-checksum-crc64nvme").and_then(from_base64);
            object.checksum = sum.map(|sum| (sum, crc64fast_nvme::Digest::new()));
        }
        for helper in 0..if own < size { helpers as u64 } else { 0 } {
            let (give, full) = sync_channel(1);
            let (empty, take) = sync_channel::<Vec<u8>>(1);
            let starts = (own + helper * part..size).step_by((part * helpers as u64) as usize);
            let mut spans: Vec<Span> = starts.map(|s| span(s..size.min(s + part), None, true)).collect();
            thread::spawn(move || {
                for span in &mut spans {
                    let Ok(mut buffer) = take.recv() else { return };
                    if give.send(fetch(span, &mut buffer).map(|()| buffer)).is_err() {
                        return;
                    }
                }
            });
            let _ = empty.send(Vec::new());
            object.parts.push(Helper { full, empty });
        }
        Ok(object)
    }

    fn read_ahead(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.given == self.part.len() {
            if self.ahead == 0 {
                return Ok(0);
            }
            let helpers = self.parts.len();
            if self.given > 0 {
                let before = &self.parts[(self.next + helpers - 1) % helpers];
                let _ = before.empty.send(std::mem::take(&mut self.part));
            }
            self.part = self.parts[self.next].full.recv()??;
            self.given = 0;
            self.next = (self.next + 1) % helpers;
            self.ahead -= self.part.len() as u64;
        }
        let n = buffer.len().min(self.part.len() - self.given);
        buffer[..n].copy_from_slice(&self.part[self.given..][..n]);
        self.given += n;
        Ok(n)
    }
}

fn fetch(span: &mut Span, buffer: &mut Vec<u8>) -> Result<()> {
    buffer.resize((span.left.end - span.left.start) as usize, 0);
    let mut at = 0;
    while at < buffer.len() {
        at += span.read(&mut buffer[at..])?;
    }
    Ok(())
}

/// How long the first connection's part is, and each of the others'.
fn split(size: u64, helpers: usize) -> (u64, u64) {
    let n = helpers as u64;
    if n == 0 || size < FROM {
        return (size, 0);
    }
    let part = (size - LEAD + n) / (n + 1);
    if part > PART { (PART + LEAD, PART) } else { (size - n * part, part) }
}

impl Source for Object {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let n = match self.own.read(buffer)? {
            0 => self.read_ahead(buffer)?,
            n => n,
        };
        if let Some((want, digest)) = &mut self.checksum {
            digest.write(&buffer[..n]);
            if n == 0 && digest.sum64() != *want {
                return Err("the object is not what its checksum says".into());
            }
        }
        Ok(n)
    }
}

/// Eight bytes in base64, most significant first.
fn from_base64(text: &str) -> Option<u64> {
    let mut value = 0u128;
    for c in text.strip_suffix('=')?.bytes() {
        let digit = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        value = value << 6 | u128::from(digit);
    }
    (text.len() == 12).then_some((value >> 2) as u64)
}
