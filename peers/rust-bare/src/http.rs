//! The client half of HTTP/1.1, as far as three servers need it. RFC 9112.

use std::io::{Error, ErrorKind, Result};

use crate::net::Stream;

const BUFFER: usize = 16 << 10;

pub struct Conn {
    stream: Stream,
    buffer: Box<[u8]>,
    start: usize, // of what has been read and not used
    end: usize,
}

/// The head of a response.
pub struct Head {
    pub status: u16,
    fields: String,
    pub length: Option<u64>,
    chunked: bool,
    pub keep: bool, // the connection serves another request
}

impl Head {
    fn parse(text: &str) -> Option<Head> {
        let (line, fields) = text.split_once("\r\n")?;
        let mut head = Head {
            status: line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?,
            fields: fields.to_owned(),
            length: None,
            chunked: false,
            keep: true,
        };
        head.length = match head.get("content-length") {
            Some(n) => Some(n.parse().ok()?),
            None if head.status == 204 || head.status == 304 => Some(0),
            None => None,
        };
        head.chunked = head.get("transfer-encoding").is_some_and(|v| v.eq_ignore_ascii_case("chunked"));
        head.keep = !head.get("connection").is_some_and(|v| v.eq_ignore_ascii_case("close"));
        Some(head)
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .split("\r\n")
            .filter_map(|field| field.split_once(':'))
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }
}

fn malformed() -> Error {
    Error::new(ErrorKind::InvalidData, "a malformed HTTP response")
}

impl Conn {
    pub fn new(stream: Stream) -> Conn {
        Conn { stream, buffer: vec![0; BUFFER].into(), start: 0, end: 0 }
    }

    pub fn send(&mut self, request: &[u8]) -> Result<()> {
        self.stream.write_all(request)
    }

    /// Skips what is interim, such as 100.
    pub fn head(&mut self) -> Result<Head> {
        let mut seen = 0;
        loop {
            let data = &self.buffer[self.start..self.end];
            if let Some(at) = data[seen..].windows(4).position(|w| w == b"\r\n\r\n") {
                let text = std::str::from_utf8(&data[..seen + at]).map_err(|_| malformed())?;
                let head = Head::parse(&format!("{text}\r\n")).ok_or_else(malformed)?;
                self.start += seen + at + 4;
                seen = 0;
                if head.status >= 200 {
                    return Ok(head);
                }
                continue;
            }
            seen = data.len().saturating_sub(3);
            if self.fill()? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    fn fill(&mut self) -> Result<usize> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            return Err(malformed());
        }
        let n = self.stream.read(&mut self.buffer[self.end..])?;
        self.end += n;
        Ok(n)
    }

    /// Bytes of a body, straight from the connection where none are waiting.
    pub fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let waiting = self.end - self.start;
        let n = if waiting > 0 {
            let n = waiting.min(into.len());
            into[..n].copy_from_slice(&self.buffer[self.start..][..n]);
            self.start += n;
            n
        } else {
            self.stream.read(into)?
        };
        if n == 0 && !into.is_empty() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(n)
    }

    /// A whole body.
    pub fn body(&mut self, head: &Head) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        if !head.chunked {
            let length = head.length.ok_or_else(malformed)?;
            self.append(&mut body, length as usize)?;
            return Ok(body);
        }
        loop {
            let line = self.line()?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(|_| malformed())?;
            if size == 0 {
                while !self.line()?.is_empty() {}
                return Ok(body);
            }
            self.append(&mut body, size)?;
            if !self.line()?.is_empty() {
                return Err(malformed());
            }
        }
    }

    fn append(&mut self, body: &mut Vec<u8>, n: usize) -> Result<()> {
        let mut at = body.len();
        body.resize(at + n, 0);
        while at < body.len() {
            at += self.read(&mut body[at..])?;
        }
        Ok(())
    }

    fn line(&mut self) -> Result<String> {
        loop {
            let data = &self.buffer[self.start..self.end];
            if let Some(at) = data.windows(2).position(|w| w == b"\r\n") {
                let line = String::from_utf8_lossy(&data[..at]).into_owned();
                self.start += at + 2;
                return Ok(line);
            }
            if self.fill()? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }
}
