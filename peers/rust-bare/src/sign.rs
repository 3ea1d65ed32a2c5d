//! AWS Signature Version 4, the header form. "Create a signed AWS API request", IAM User Guide.

use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use ring::{digest, hmac};

pub struct Credentials {
    pub access_key: String,
    pub secret_key: String,
    pub token: Option<String>,
}

pub const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |n: u8| DIGITS[n as usize] as char;
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

pub fn sha256(data: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, data).as_ref())
}

/// 20260131T235959Z, in UTC. Days to a date by Howard Hinnant's civil_from_days.
pub fn timestamp(now: SystemTime) -> String {
    let seconds = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (days, time) = (seconds / 86400 + 719468, seconds % 86400);
    let (era, day) = (days / 146097, days % 146097);
    let year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    format!("{year:04}{month:02}{date:02}T{hour:02}{minute:02}{second:02}Z")
}

/// Appends a request's header fields and its Authorization to `head`. `fields` are in the
/// order of their lower-case names, `host` and `x-amz-date` among them; all are signed.
#[allow(clippy::too_many_arguments)]
pub fn sign(
    head: &mut String,
    credentials: &Credentials,
    (region, service): (&str, &str),
    date: &str,
    method: &str,
    path: &str,
    fields: &[(&str, &str)],
    payload: &str,
) {
    let mut canonical = format!("{method}\n{path}\n\n");
    let mut signed = String::new();
    for (name, value) in fields {
        let _ = writeln!(canonical, "{name}:{value}");
        let _ = write!(head, "{name}: {value}\r\n");
        signed += if signed.is_empty() { "" } else { ";" };
        signed += name;
    }
    let _ = write!(canonical, "\n{signed}\n{payload}");

    let day = &date[..8];
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", sha256(canonical.as_bytes()));
    let mac = |key: &[u8], data: &str| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data.as_bytes());
    let mut key = mac(format!("AWS4{}", credentials.secret_key).as_bytes(), day);
    for part in [region, service, "aws4_request"] {
        key = mac(key.as_ref(), part);
    }
    let signature = hex(mac(key.as_ref(), &to_sign).as_ref());
    let _ = write!(
        head,
        "authorization: AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={signed}, Signature={signature}\r\n",
        credentials.access_key
    );
}

/// A path with everything encoded but what is unreserved and '/'.
pub fn escape(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for &c in path.as_bytes() {
        if c.is_ascii_alphanumeric() || b"-._~/".contains(&c) {
            out.push(c as char);
        } else {
            let _ = write!(out, "%{c:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn times() {
        for (seconds, want) in [(0, "19700101T000000Z"), (951_827_696, "20000229T123456Z"), (1_798_761_599, "20261231T235959Z")] {
            assert_eq!(timestamp(UNIX_EPOCH + Duration::from_secs(seconds)), want);
        }
    }

    /// "GET Object" of "Signature calculations: examples", Amazon S3 API Reference.
    #[test]
    fn example() {
        let credentials = Credentials {
            access_key: "AKIAIOSFODNN7EXAMPLE".into(),
            secret_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            token: None,
        };
        let fields = [
            ("host", "examplebucket.s3.amazonaws.com"),
            ("range", "bytes=0-9"),
            ("x-amz-content-sha256", EMPTY_SHA256),
            ("x-amz-date", "20130524T000000Z"),
        ];
        let mut head = String::new();
        sign(&mut head, &credentials, ("us-east-1", "s3"), "20130524T000000Z", "GET", "/test.txt", &fields, EMPTY_SHA256);
        assert!(head.contains("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41\r\n"), "{head}");
    }
}
