//! The reducing half of the job with one Rust CSV reader or another. Prints what ../main.go prints:
//! reader, file, seconds, rows, groups, digest; a line for each of several runs.
//!
//!     throughput READER FILE
//!     throughput readers

use std::{error::Error, fs::File, path::Path, time::Instant};

use hashbrown::HashMap;
use sha2::{Digest, Sha256};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// As in ../main.go.
const RUNS: usize = 4;
const BUFFER: usize = 64 << 10;

const READERS: [(&str, fn(File) -> Result<Tally>); 2] = [("rust/simd-csv", with_simd_csv), ("rust/csv", with_csv)];

/// How the job is done by those who have only a CSV reader: maps that are looked up by bytes, so
/// that only a new name allocates.
#[derive(Default)]
struct Tally {
    groups: HashMap<Vec<u8>, Sums>, // by diagnosis, 0, hospital
    key: Vec<u8>,
}

#[derive(Default)]
struct Sums {
    days: i64,
    rows: i64,
    treatments: HashMap<Vec<u8>, i64>,
}

impl Tally {
    fn add(&mut self, hospital: &[u8], diagnosis: &[u8], treatment: &[u8], days: &[u8]) -> Result<()> {
        self.key.clear();
        self.key.extend_from_slice(diagnosis);
        self.key.push(0);
        self.key.extend_from_slice(hospital);
        let g = self.groups.entry_ref(&self.key[..]).or_default();
        g.days += std::str::from_utf8(days)?.parse::<i64>()?;
        g.rows += 1;
        *g.treatments.entry_ref(treatment).or_default() += 1;
        Ok(())
    }

    /// Counts rows and groups, and makes the digest by which results are compared across languages.
    fn summarise(&self) -> Result<(i64, usize, String)> {
        let mut keys: Vec<_> = self.groups.keys().collect();
        keys.sort();
        let (mut rows, mut hash) = (0, Sha256::new());
        for key in &keys {
            let g = &self.groups[*key];
            let most = g.treatments.values().max().expect("a group has rows");
            // Of several, the first in byte order.
            let mode = g.treatments.iter().filter(|(_, n)| *n == most).map(|(name, _)| name).min();
            let (diagnosis, hospital) = key.split_at(key.iter().position(|&b| b == 0).expect("a key has a 0"));
            hash.update(format!(
                "{}\t{}\t{}\t{}\t{}\n",
                std::str::from_utf8(diagnosis)?,
                std::str::from_utf8(&hospital[1..])?,
                twelve_digits(g.days as f64 / g.rows as f64)?,
                std::str::from_utf8(mode.expect("of these one is the most"))?,
                g.rows
            ));
            rows += g.rows;
        }
        let digest = hash.finalize()[..8].iter().map(|b| format!("{b:02x}")).collect();
        Ok((rows, keys.len(), digest))
    }
}

/// C's %.12g for numbers from 0.0001 up to 1e12.
fn twelve_digits(x: f64) -> Result<String> {
    let scientific = format!("{x:.11e}");
    let exponent: i32 = scientific.rsplit('e').next().ok_or("no exponent")?.parse()?;
    let fixed = format!("{x:.*}", (11 - exponent).max(0) as usize);
    Ok(if fixed.contains('.') { fixed.trim_end_matches('0').trim_end_matches('.').into() } else { fixed })
}

fn with_simd_csv(file: File) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut reader = simd_csv::ZeroCopyReaderBuilder::with_capacity(BUFFER).from_reader(file);
    while let Some(record) = reader.read_byte_record()? {
        let field = |i| record.unescape(i).ok_or("a field is missing");
        tally.add(&field(0)?, &field(1)?, &field(2)?, &field(3)?)?;
    }
    Ok(tally)
}

fn with_csv(file: File) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut reader = csv::ReaderBuilder::new().buffer_capacity(BUFFER).from_reader(file);
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        tally.add(&record[0], &record[1], &record[2], &record[3])?;
    }
    Ok(tally)
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().collect();
    match &args[1..] {
        [what] if what == "readers" => READERS.iter().for_each(|(name, _)| println!("{name}")),
        [name, path] => {
            let (_, reduce) = READERS.iter().find(|r| r.0 == name).ok_or("no such reader")?;
            let file = Path::new(path).file_name().ok_or("no file name")?.to_string_lossy().into_owned();
            for _ in 0..RUNS {
                let start = Instant::now();
                let tally = reduce(File::open(path)?)?;
                let seconds = start.elapsed().as_secs_f64();
                let (rows, groups, digest) = tally.summarise()?;
                println!("{name} {file} {seconds:.6} {rows} {groups} {digest}");
            }
        }
        _ => return Err("usage: throughput READER FILE | readers".into()),
    }
    Ok(())
}
