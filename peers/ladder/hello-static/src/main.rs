//! The smallest function in Rust with its standard library alone.

use std::env;
use std::io::{Read, Write};
use std::net::TcpStream;

fn call(conn: &mut TcpStream, request: &str) -> std::io::Result<String> {
    conn.write_all(request.as_bytes())?;
    let mut answer = vec![0; 64 << 10];
    let n = conn.read(&mut answer)?; // an event of a greeting comes in one piece
    Ok(String::from_utf8_lossy(&answer[..n]).to_lowercase())
}

fn main() -> std::io::Result<()> {
    let api = env::var("AWS_LAMBDA_RUNTIME_API").unwrap_or_default();
    let base = "/2018-06-01/runtime/invocation";
    let mut conn = TcpStream::connect(&api)?;
    loop {
        let event = call(&mut conn, &format!("GET {base}/next HTTP/1.1\r\nhost: {api}\r\n\r\n"))?;
        let name = "lambda-runtime-aws-request-id: ";
        let Some(id) = event.lines().find_map(|line| line.strip_prefix(name)) else {
            return Ok(());
        };
        call(&mut conn, &format!("POST {base}/{id}/response HTTP/1.1\r\nhost: {api}\r\ncontent-length: 7\r\n\r\n\"hello\""))?;
    }
}
