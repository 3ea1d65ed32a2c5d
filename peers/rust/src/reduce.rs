use std::io::Read;
use std::str;

use csv::ByteRecord;
use hashbrown::{Equivalent, HashMap};
use lambda_runtime::Error;

#[derive(PartialEq, Eq, Hash)]
pub struct Key {
    pub diagnosis: String,
    pub hospital: String,
}

/// A key as it stands in a record. It hashes as [`Key`] does: str and String hash alike.
#[derive(Hash)]
struct KeyRef<'a> {
    diagnosis: &'a str,
    hospital: &'a str,
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.diagnosis == key.diagnosis && self.hospital == key.hospital
    }
}

#[derive(Default)]
pub struct Group {
    rows: u64,
    days: f64, // exact as long as the file has whole days
    treatments: HashMap<String, u64>,
}

impl Group {
    pub fn mean(&self) -> f64 {
        self.days / self.rows as f64
    }

    /// The most frequent treatment, of several the first in byte order.
    pub fn mode(&self) -> &str {
        self.treatments
            .iter()
            .max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)))
            .map_or("", |(name, _)| name)
    }
}

pub type Groups = HashMap<Key, Group>;

const BUFFER: usize = 256 << 10;

/// Reads the records one at a time; returns the groups and the number of rows.
pub fn reduce(source: impl Read) -> Result<(Groups, u64), Error> {
    let mut reader = csv::ReaderBuilder::new()
        .buffer_capacity(BUFFER)
        .from_reader(source);
    let header = reader.headers()?;
    let column = |name: &str| {
        header
            .iter()
            .position(|field| field.trim_start_matches('\u{feff}') == name)
            .ok_or_else(|| format!("no column {name:?}"))
    };
    let (hospital, diagnosis) = (column("Hospital")?, column("Diagnosis")?);
    let (treatment, days) = (column("Treatment")?, column("Recovery Time")?);

    let mut groups = Groups::new();
    let mut rows = 0;
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        rows += 1;
        let key = KeyRef {
            diagnosis: str::from_utf8(&record[diagnosis])?,
            hospital: str::from_utf8(&record[hospital])?,
        };
        let treatment = str::from_utf8(&record[treatment])?;
        let days: f64 = str::from_utf8(&record[days])?
            .parse()
            .map_err(|e| format!("row {rows}: recovery time: {e}"))?;

        let group = match groups.get_mut(&key) {
            Some(group) => group,
            None => groups
                .entry(Key {
                    diagnosis: key.diagnosis.to_owned(),
                    hospital: key.hospital.to_owned(),
                })
                .or_default(),
        };
        group.rows += 1;
        group.days += days;
        *group.treatments.entry_ref(treatment).or_default() += 1;
    }
    Ok((groups, rows))
}
