//! Rows to groups: how many, their sum, and how often each treatment.

use std::collections::HashMap;

use crate::Result;
use crate::intern::{Names, unquote};
use crate::number::{self, NANO};

/// Where the header has the columns.
#[derive(Clone, Copy, PartialEq)]
pub struct Layout {
    pub fields: usize,
    pub hospital: usize,
    pub diagnosis: usize,
    pub treatment: usize,
    pub days: usize,
}

const EXPECTED: Layout = Layout { fields: 4, hospital: 0, diagnosis: 1, treatment: 2, days: 3 };

impl Layout {
    pub fn of(header: &[&[u8]]) -> Result<Layout> {
        let mut names = Vec::new();
        for field in header {
            names.push(unquote(field)?);
        }
        let column = |name: &str| {
            names.iter().position(|n| n == name.as_bytes()).ok_or(format!("no column {name}"))
        };
        Ok(Layout {
            fields: header.len(),
            hospital: column("Hospital")?,
            diagnosis: column("Diagnosis")?,
            treatment: column("Treatment")?,
            days: column("Recovery Time")?,
        })
    }
}

/// While names are few, a group is found by an index without keys, and its counters are a
/// row of words: the sum of its whole numbers, then one for each treatment.
pub struct Table {
    layout: Layout,
    hospitals: Names,
    diagnoses: Names,
    treatments: Names,
    rows: u64,

    cells: Vec<u32>, // [hospital << shift | diagnosis]: the group's number + 1, or 0
    max_hospitals: u32,
    shift: u32,
    counters: Vec<i64>, // [group * stride]
    stride: usize,
    keys: Vec<(u32, u32)>, // of groups

    // What finds no place above.
    far_groups: HashMap<(u32, u32), u32>,
    far_treatments: HashMap<(u32, u32), i64>,
    exact: HashMap<u32, i128>, // sums of numbers that are not whole, in units of 10^-9
}

const MAX_CELLS: usize = 1 << 22;
const MAX_COUNTERS: usize = 1 << 23;

pub struct Group<'a> {
    pub hospital: &'a str,
    pub diagnosis: &'a str,
    pub treatment: &'a str,
    pub mean: f64,
}

impl Table {
    pub fn new(layout: Layout) -> Self {
        Table {
            layout,
            hospitals: Names::new(),
            diagnoses: Names::new(),
            treatments: Names::new(),
            rows: 0,
            cells: vec![0; 32 << 5],
            max_hospitals: 32,
            shift: 5,
            counters: Vec::new(),
            stride: 32,
            keys: Vec::new(),
            far_groups: HashMap::new(),
            far_treatments: HashMap::new(),
            exact: HashMap::new(),
        }
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds the whole records of `base[..]`, whose fields end at `ends`, and returns how
    /// many bytes these are.
    ///
    /// # Safety
    /// There are [crate::scan::PAD] readable bytes before and behind.
    pub unsafe fn add(&mut self, base: *const u8, ends: &[u32]) -> Result<usize> {
        unsafe {
            if self.layout == EXPECTED {
                self.add_rows(EXPECTED, base, ends)
            } else {
                self.add_rows(self.layout, base, ends)
            }
        }
    }

    #[inline(always)]
    unsafe fn add_rows(&mut self, layout: Layout, base: *const u8, ends: &[u32]) -> Result<usize> {
        let mut start = 0; // of the record
        let mut at = 0;
        while at < ends.len() {
            if let Some(record) = ends[at..].get(..layout.fields) {
                let byte = |i: usize| unsafe { *base.add(record[i] as usize) };
                let last = layout.fields - 1;
                if byte(last) == b'\n' && (0..last).all(|i| byte(i) == b',') {
                    unsafe { self.add_row(layout, base, start, record)? };
                    start = record[last] as usize + 1;
                    at += layout.fields;
                    continue;
                }
            }
            // A blank line, a record that is not all there yet, or a bad one.
            let end = ends[at] as usize;
            let byte = |i: usize| unsafe { *base.add(i) };
            if byte(end) == b'\n' && (end == start || end == start + 1 && byte(start) == b'\r') {
                start = end + 1;
                at += 1;
                continue;
            }
            let whole = ends[at..].iter().take(layout.fields).any(|&e| byte(e as usize) == b'\n');
            if whole || ends.len() - at > layout.fields {
                return Err(self.bad("wrong number of fields"));
            }
            break;
        }
        Ok(start)
    }

    #[inline(always)]
    unsafe fn add_row(&mut self, l: Layout, base: *const u8, start: usize, ends: &[u32]) -> Result<()> {
        let field = |i: usize| {
            let from = if i == 0 { start } else { ends[i - 1] as usize + 1 };
            let mut to = ends[i] as usize;
            if i == l.fields - 1 {
                to -= (unsafe { *base.add(to).sub(1) } == b'\r' && to > from) as usize;
            }
            unsafe { (base.add(from), to - from) }
        };
        let ((hp, hn), (dp, dn), (tp, tn)) = (field(l.hospital), field(l.diagnosis), field(l.treatment));
        let h = unsafe { self.hospitals.id(hp, hn) }.map_err(|e| self.bad(&format!("hospital: {e}")))?;
        let d = unsafe { self.diagnoses.id(dp, dn) }.map_err(|e| self.bad(&format!("diagnosis: {e}")))?;
        let t = unsafe { self.treatments.id(tp, tn) }.map_err(|e| self.bad(&format!("treatment: {e}")))?;

        let group = self.group(h, d);
        let counters = group as usize * self.stride;
        let (p, n) = field(l.days);
        let word = u64::from_le(unsafe { p.cast::<u64>().read_unaligned() });
        match number::parse_whole(word, n) {
            Some(days) => unsafe { *self.counters.get_unchecked_mut(counters) += days },
            None => self.add_exact(group, unsafe { std::slice::from_raw_parts(p, n) })?,
        }
        if 1 + (t as usize) < self.stride {
            unsafe { *self.counters.get_unchecked_mut(counters + 1 + t as usize) += 1 };
        } else {
            self.count_far(group, t);
        }
        self.rows += 1;
        Ok(())
    }

    #[inline(always)]
    fn group(&mut self, h: u32, d: u32) -> u32 {
        if h < self.max_hospitals && d >> self.shift == 0 {
            let cell = unsafe { *self.cells.get_unchecked((h << self.shift | d) as usize) };
            if cell != 0 {
                return cell - 1;
            }
        }
        self.new_group(h, d)
    }

    #[cold]
    #[inline(never)]
    fn new_group(&mut self, h: u32, d: u32) -> u32 {
        if h >= self.max_hospitals || d >> self.shift != 0 {
            self.grow_cells(h, d);
        }
        let near = h < self.max_hospitals && d >> self.shift == 0;
        if near && self.cells[(h << self.shift | d) as usize] != 0 {
            return self.cells[(h << self.shift | d) as usize] - 1;
        }
        if let Some(&group) = self.far_groups.get(&(h, d)) {
            return group;
        }
        let group = self.keys.len() as u32;
        self.keys.push((h, d));
        self.counters.resize(self.counters.len() + self.stride, 0);
        if near {
            self.cells[(h << self.shift | d) as usize] = group + 1;
        } else {
            self.far_groups.insert((h, d), group);
        }
        group
    }

    /// Once a group is far, the index keeps its size.
    fn grow_cells(&mut self, h: u32, d: u32) {
        let hospitals = (h + 1).next_power_of_two().max(self.max_hospitals);
        let shift = (d + 1).next_power_of_two().trailing_zeros().max(self.shift);
        if !self.far_groups.is_empty() || (hospitals as usize) << shift > MAX_CELLS {
            return;
        }
        self.cells = vec![0; (hospitals as usize) << shift];
        (self.max_hospitals, self.shift) = (hospitals, shift);
        for (group, (h, d)) in self.keys.iter().enumerate() {
            self.cells[(h << shift | d) as usize] = group as u32 + 1;
        }
    }

    #[cold]
    #[inline(never)]
    fn count_far(&mut self, group: u32, t: u32) {
        let stride = (t as usize + 2).next_power_of_two();
        if self.far_treatments.is_empty() && stride * self.keys.len() <= MAX_COUNTERS {
            let mut counters = vec![0; stride * self.keys.len()];
            for (new, old) in counters.chunks_mut(stride).zip(self.counters.chunks(self.stride)) {
                new[..old.len()].copy_from_slice(old);
            }
            (self.counters, self.stride) = (counters, stride);
            self.counters[group as usize * stride + 1 + t as usize] += 1;
        } else {
            *self.far_treatments.entry((group, t)).or_default() += 1;
        }
    }

    #[cold]
    #[inline(never)]
    fn add_exact(&mut self, group: u32, raw: &[u8]) -> Result<()> {
        let text = unquote(raw).map_err(|e| self.bad(&format!("recovery time: {e}")))?;
        let value = number::parse(&text).ok_or_else(|| self.bad("recovery time: no number"))?;
        *self.exact.entry(group).or_default() += value;
        Ok(())
    }

    #[cold]
    fn bad(&self, why: &str) -> crate::Error {
        format!("row {}: {why}", self.rows + 1).into()
    }

    pub fn groups(&self) -> Vec<Group<'_>> {
        let mut far: HashMap<u32, Vec<(u32, i64)>> = HashMap::new();
        for (&(group, t), &n) in &self.far_treatments {
            far.entry(group).or_default().push((t, n));
        }
        let group = |(g, &(h, d)): (usize, &(u32, u32))| {
            let counters = &self.counters[g * self.stride..][..self.stride];
            let near = counters[1..].iter().enumerate().map(|(t, &n)| (t as u32, n));
            let far = far.get(&(g as u32)).into_iter().flatten().copied();
            let (mut count, mut most, mut treatment) = (0, 0, "");
            for (t, n) in near.chain(far).filter(|&(_, n)| n > 0) {
                count += n;
                // Of the most frequent the first in byte order.
                let name = self.treatments.name(t);
                if n > most || n == most && name < treatment {
                    (most, treatment) = (n, name);
                }
            }
            let sum = i128::from(counters[0]) * NANO + self.exact.get(&(g as u32)).copied().unwrap_or(0);
            Group {
                hospital: self.hospitals.name(h),
                diagnosis: self.diagnoses.name(d),
                treatment,
                mean: number::divide(sum, count as u128 * NANO as u128),
            }
        };
        self.keys.iter().enumerate().map(group).collect()
    }
}
