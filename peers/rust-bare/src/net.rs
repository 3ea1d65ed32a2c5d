//! Connections: TCP, and TLS over it with buffers of its own, so that a read of the socket
//! is as large as the socket allows. (rustls's buffered reader asks for 4 KiB at a time.)

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::unbuffered::{ConnectionState, EncodeError, EncryptError, InsufficientSizeError, UnbufferedStatus};
use rustls::{ClientConfig, RootCertStore};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const SILENCE: Duration = Duration::from_secs(20); // the longest between two bytes

pub fn connect(host: &str, port: u16) -> Result<TcpStream> {
    let mut last = Error::new(ErrorKind::NotFound, "no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
            Ok(tcp) => {
                tcp.set_nodelay(true)?;
                return Ok(tcp);
            }
            Err(e) => last = e,
        }
    }
    Err(last)
}

/// Trusts AWS_CA_BUNDLE alone where it is set, otherwise Mozilla's roots, which are compiled
/// in and need no parsing.
pub fn tls_config(ca_bundle: Option<&str>) -> crate::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    match ca_bundle {
        Some(path) => {
            for certificate in CertificateDer::pem_file_iter(path)? {
                roots.add(certificate?)?;
            }
        }
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

pub enum Stream {
    Plain(TcpStream),
    Tls(Box<Tls>),
}

impl Stream {
    pub fn open(host: &str, port: u16, tls: Option<&Arc<ClientConfig>>) -> Result<Stream> {
        let tcp = connect(host, port)?;
        tcp.set_read_timeout(Some(SILENCE))?;
        tcp.set_write_timeout(Some(SILENCE))?;
        match tls {
            Some(config) => Ok(Stream::Tls(Box::new(Tls::open(tcp, host, config.clone())?))),
            None => Ok(Stream::Plain(tcp)),
        }
    }

    pub fn write_all(&mut self, data: &[u8]) -> Result<()> {
        match self {
            Stream::Plain(tcp) => tcp.write_all(data),
            Stream::Tls(tls) => tls.write_all(data),
        }
    }

    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        match self {
            Stream::Plain(tcp) => tcp.read(buffer),
            Stream::Tls(tls) => tls.read(buffer),
        }
    }
}

const INCOMING: usize = 128 << 10; // several records: one is 16 KiB and a little

pub struct Tls {
    tcp: TcpStream,
    session: UnbufferedClientConnection,
    incoming: Vec<u8>,
    start: usize, // of what has not been decrypted yet
    end: usize,
    outgoing: Vec<u8>,
    queued: usize,  // of outgoing
    plain: Vec<u8>, // decrypted, and more than the reader had room for
    given: usize,   // of plain
}

/// What a turn of the session has come to.
enum Turn {
    Data(usize), // read
    Written,
    Ready, // the handshake is over, and there is nothing to do
    More,
    Starved, // for bytes from the other side
    Closed,
}

fn other(e: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::other(e)
}

impl Tls {
    fn open(tcp: TcpStream, host: &str, config: Arc<ClientConfig>) -> Result<Tls> {
        let name = ServerName::try_from(host.to_owned()).map_err(other)?;
        let mut tls = Tls {
            tcp,
            session: UnbufferedClientConnection::new(config, name).map_err(other)?,
            incoming: vec![0; INCOMING],
            start: 0,
            end: 0,
            outgoing: vec![0; 4 << 10],
            queued: 0,
            plain: Vec::new(),
            given: 0,
        };
        loop {
            match tls.turn(&mut [], None)? {
                Turn::Ready => return Ok(tls),
                Turn::Starved => tls.fill()?,
                Turn::Closed => return Err(ErrorKind::UnexpectedEof.into()),
                _ => {}
            }
        }
    }

    fn write_all(&mut self, data: &[u8]) -> Result<()> {
        loop {
            match self.turn(&mut [], Some(data))? {
                Turn::Written => return Ok(()),
                Turn::Starved => self.fill()?,
                Turn::Closed => return Err(ErrorKind::BrokenPipe.into()),
                _ => {}
            }
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.given < self.plain.len() {
            let n = buffer.len().min(self.plain.len() - self.given);
            buffer[..n].copy_from_slice(&self.plain[self.given..][..n]);
            self.given += n;
            if self.given == self.plain.len() {
                self.plain.clear();
                self.given = 0;
            }
            return Ok(n);
        }
        loop {
            match self.turn(buffer, None)? {
                Turn::Data(n) if n > 0 => return Ok(n),
                Turn::Closed => return Ok(0),
                Turn::Starved | Turn::Ready => self.fill()?,
                _ => {}
            }
        }
    }

    fn fill(&mut self) -> Result<()> {
        if self.start > 0 {
            self.incoming.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        match self.tcp.read(&mut self.incoming[self.end..])? {
            0 => Err(ErrorKind::UnexpectedEof.into()), // without close_notify
            n => {
                self.end += n;
                Ok(())
            }
        }
    }

    fn turn(&mut self, buffer: &mut [u8], write: Option<&[u8]>) -> Result<Turn> {
        let UnbufferedStatus { mut discard, state } =
            self.session.process_tls_records(&mut self.incoming[self.start..self.end]);
        let turn = match state.map_err(other)? {
            ConnectionState::ReadTraffic(mut traffic) => {
                let mut n = 0;
                while let Some(record) = traffic.next_record() {
                    let record = record.map_err(other)?;
                    discard += record.discard;
                    let now = record.payload.len().min(buffer.len() - n);
                    buffer[n..n + now].copy_from_slice(&record.payload[..now]);
                    n += now;
                    self.plain.extend_from_slice(&record.payload[now..]);
                }
                Turn::Data(n)
            }
            ConnectionState::EncodeTlsData(mut data) => {
                self.queued += loop {
                    match data.encode(&mut self.outgoing[self.queued..]) {
                        Ok(n) => break n,
                        Err(EncodeError::InsufficientSize(InsufficientSizeError { required_size })) => {
                            self.outgoing.resize(self.queued + required_size, 0);
                        }
                        Err(e) => return Err(other(e)),
                    }
                };
                Turn::More
            }
            ConnectionState::TransmitTlsData(data) => {
                self.tcp.write_all(&self.outgoing[..self.queued])?;
                self.queued = 0;
                data.done();
                Turn::More
            }
            ConnectionState::WriteTraffic(mut traffic) => match write {
                None => Turn::Ready,
                Some(data) => {
                    let n = loop {
                        match traffic.encrypt(data, &mut self.outgoing) {
                            Ok(n) => break n,
                            Err(EncryptError::InsufficientSize(InsufficientSizeError { required_size })) => {
                                self.outgoing.resize(required_size, 0);
                            }
                            Err(e) => return Err(other(e)),
                        }
                    };
                    self.tcp.write_all(&self.outgoing[..n])?;
                    Turn::Written
                }
            },
            ConnectionState::BlockedHandshake => Turn::Starved,
            ConnectionState::PeerClosed | ConnectionState::Closed => Turn::Closed,
            _ => return Err(other("unexpected state of TLS")),
        };
        self.start += discard;
        Ok(turn)
    }
}
