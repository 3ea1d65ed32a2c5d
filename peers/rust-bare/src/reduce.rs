//! A stream of bytes to a table.

use crate::Result;
use crate::scan::{PAD, scan};
use crate::table::{Layout, Table};

const BUFFER: usize = 256 << 10;
const MAX_RECORD: usize = 1 << 20;

/// Fills the buffer it is given, or less; 0 at the end.
pub trait Source {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize>;
}

/// Buffers that a function keeps from one invocation to the next.
pub struct Reducer {
    buffer: Vec<u8>,
    ends: Vec<u32>,
}

impl Reducer {
    pub fn new() -> Self {
        Reducer {
            buffer: vec![0; PAD + BUFFER + 2 * PAD],
            ends: vec![0; BUFFER + 4 * PAD],
        }
    }

    pub fn reduce(&mut self, source: &mut dyn Source) -> Result<Table> {
        let mut table = None;
        let (mut have, mut end) = (0, false);
        let mut first = true;
        while !end {
            if self.buffer.len() - 3 * PAD - have < BUFFER / 2 {
                if have > MAX_RECORD {
                    return Err("a record is too long".into());
                }
                let size = self.buffer.len() * 2;
                self.buffer.resize(size, 0);
                self.ends.resize(size + PAD, 0);
            }
            let room = self.buffer.len() - 3 * PAD;
            // What fits the caches, so that it is scanned while it is warm.
            let enough = (have + BUFFER / 2).min(room);
            while have < enough {
                let n = source.read(&mut self.buffer[PAD + have..PAD + room])?;
                have += n;
                if n == 0 {
                    end = true;
                    break;
                }
            }
            if first && (have >= 3 || end) {
                first = false;
                if self.buffer[PAD..PAD + have].starts_with(b"\xef\xbb\xbf") {
                    self.consume(3, &mut have);
                }
            }
            if end && have > 0 && self.buffer[PAD + have - 1] != b'\n' {
                self.buffer[PAD + have] = b'\n';
                have += 1;
            }
            let used = self.records(have, &mut table)?;
            self.consume(used, &mut have);
        }
        if have > 0 {
            return Err("the file ends inside quotes".into());
        }
        table.ok_or_else(|| "the file has no header".into())
    }

    fn consume(&mut self, used: usize, have: &mut usize) {
        self.buffer.copy_within(PAD + used..PAD + *have, PAD);
        *have -= used;
    }

    /// Adds the whole records at the head of the buffer and returns their length.
    fn records(&mut self, have: usize, table: &mut Option<Table>) -> Result<usize> {
        self.buffer[PAD + have..PAD + have + PAD].fill(0);
        let base = unsafe { self.buffer.as_ptr().add(PAD) };
        let n = unsafe { scan(base, have, self.ends.as_mut_ptr()) };
        let mut ends = &self.ends[..n];
        let data = &self.buffer[PAD..PAD + have];

        let mut from = 0;
        if table.is_none() {
            while let Some(&end) = ends.first() {
                let Some(last) = ends.iter().position(|&e| data[e as usize] == b'\n') else {
                    return Ok(from);
                };
                let mut header = Vec::new();
                let mut start = from;
                for &end in &ends[..=last] {
                    header.push(&data[start..end as usize]);
                    start = end as usize + 1;
                }
                ends = &ends[last + 1..];
                let blank = data[from..end as usize].trim_ascii().is_empty() && last == 0;
                from = start;
                if !blank {
                    let name = header.last_mut().expect("a record has a field");
                    *name = name.strip_suffix(b"\r").unwrap_or(name);
                    *table = Some(Table::new(Layout::of(&header)?));
                    break;
                }
            }
        }
        let Some(table) = table else { return Ok(from) };
        if from == 0 {
            return unsafe { table.add(base, ends) };
        }
        // The first rows: their positions count from the header.
        let ends: Vec<u32> = ends.iter().map(|e| e - from as u32).collect();
        Ok(from + unsafe { table.add(base.add(from), &ends)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Pieces<'a>(&'a [u8], usize);

    impl Source for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
            let n = self.1.min(self.0.len()).min(buffer.len());
            buffer[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn reduce(text: &str, piece: usize) -> Result<String> {
        let table = Reducer::new().reduce(&mut Pieces(text.as_bytes(), piece))?;
        let mut lines: Vec<String> = table
            .groups()
            .iter()
            .map(|g| format!("{}|{}|{}|{}", g.hospital, g.diagnosis, g.treatment, g.mean))
            .collect();
        lines.sort();
        Ok(lines.join(";"))
    }

    #[test]
    fn files() {
        const H: &str = "Hospital,Diagnosis,Treatment,Recovery Time\n";
        for (text, want) in [
            (H.to_owned(), ""),
            (format!("{H}a,b,c,5\na,b,d,6"), "a|b|c|5.5"),
            (format!("\u{feff}{H}\n\r\na,b,c,5\r\n\n"), "a|b|c|5"),
            (format!("{H}\"a\",b,\"c,\n\"\"\",5\na,\"b\",x,5\na,b,x,\"0.5\"\n"), "a|b|x|3.5"),
            ("Treatment,x,Recovery Time,Diagnosis,Hospital\r\nt,,1,d,h\r\nu,,2,d,h\r\nu,,3,d,h\r\n".to_owned(), "h|d|u|2"),
            (format!("{H}{0},{0},{0},.25\n", "a name that is longer than thirty-two bytes"), &{
                let n = "a name that is longer than thirty-two bytes";
                format!("{n}|{n}|{n}|0.25")
            }),
        ] {
            for piece in [1, 2, 3, 7, 64, 1 << 20] {
                assert_eq!(reduce(&text, piece).unwrap(), want, "{text:?} in pieces of {piece}");
            }
        }
        for bad in ["", "a,b\n", &format!("{H}a,b,c\n"), &format!("{H}a,b,c,5,\n"), &format!("{H}a,b,c,x\n"), &format!("{H}a,b,c,\n"), &format!("{H}a\"a\",b,c,5\n"), &format!("{H}\"a,b,c,5\n")] {
            assert!(reduce(bad, 1 << 20).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn many_names() {
        let mut text = "Hospital,Diagnosis,Treatment,Recovery Time\n".to_owned();
        let mut want = Vec::new();
        for i in 0..30_000 {
            text += &format!("h{},d{},t{},{}\n", i % 5000, i % 1500, i, i);
            want.push(format!("h{}|d{}", i % 5000, i % 1500));
        }
        want.sort();
        want.dedup();
        let got = reduce(&text, 1 << 20).unwrap();
        let got: Vec<&str> = got.split(';').collect();
        assert_eq!(got.len(), want.len());
        let mut pairs: Vec<String> = got.iter().map(|l| l.split('|').take(2).collect::<Vec<_>>().join("|")).collect();
        pairs.sort();
        assert_eq!(pairs, want);
    }
}
