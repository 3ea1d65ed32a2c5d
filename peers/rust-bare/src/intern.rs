//! Names to small numbers, by their bytes as they stand in the file, quotes included.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::Result;

/// A spelling of at most 32 bytes, zeros behind it, in a cache line of its own.
#[repr(C, align(64))]
#[derive(Clone, Copy)]
struct Slot {
    key: [u8; SHORT],
    length1: u32, // length + 1; 0 in a free slot
    id: u32,
}

const SHORT: usize = 32;
const FREE: Slot = Slot { key: [0; SHORT], length1: 0, id: 0 };
const MIN_SLOTS: usize = 1024;

/// The names of one column. Two spellings of a name, one quoted and one not, share an id.
pub struct Names {
    slots: Vec<Slot>, // open addressing, at most half full
    used: usize,
    shift: u32,
    seed: Seed,
    long: HashMap<Box<[u8]>, u32>,
    ids: HashMap<String, u32>,
    names: Vec<String>,
}

impl Names {
    pub fn new() -> Self {
        Names {
            slots: vec![FREE; MIN_SLOTS],
            used: 0,
            shift: 64 - MIN_SLOTS.trailing_zeros(),
            seed: Seed::new(),
            long: HashMap::new(),
            ids: HashMap::new(),
            names: Vec::new(),
        }
    }

    pub fn name(&self, id: u32) -> &str {
        &self.names[id as usize]
    }

    /// The id of the `n` bytes at `p`.
    ///
    /// # Safety
    /// 32 bytes can be read at `p`, whatever `n` is.
    #[inline(always)]
    pub unsafe fn id(&mut self, p: *const u8, n: usize) -> Result<u32> {
        if n <= SHORT {
            let (key, hash) = unsafe { key::load(p, n, &self.seed) };
            let mut at = (hash >> self.shift) as usize;
            loop {
                let slot = unsafe { self.slots.get_unchecked(at & (self.slots.len() - 1)) };
                if key::same(&key, &slot.key) && slot.length1 == n as u32 + 1 {
                    return Ok(slot.id);
                }
                if slot.length1 == 0 {
                    break;
                }
                at += 1;
            }
        }
        self.unseen(unsafe { std::slice::from_raw_parts(p, n) })
    }

    #[cold]
    #[inline(never)]
    fn unseen(&mut self, spelling: &[u8]) -> Result<u32> {
        if let Some(&id) = self.long.get(spelling) {
            return Ok(id);
        }
        let name = String::from_utf8(unquote(spelling)?).map_err(|_| "invalid UTF-8")?;
        let next = self.names.len() as u32;
        let id = *self.ids.entry(name).or_insert_with_key(|name| {
            self.names.push(name.clone());
            next
        });
        if spelling.len() > SHORT {
            self.long.insert(spelling.into(), id);
        } else {
            let mut slot = Slot { length1: spelling.len() as u32 + 1, id, ..FREE };
            slot.key[..spelling.len()].copy_from_slice(spelling);
            self.insert(slot);
        }
        Ok(id)
    }

    fn insert(&mut self, slot: Slot) {
        self.used += 1;
        if self.used * 2 > self.slots.len() {
            let size = self.slots.len() * 2;
            let old = std::mem::replace(&mut self.slots, vec![FREE; size]);
            self.shift -= 1;
            old.into_iter().filter(|s| s.length1 != 0).for_each(|s| self.put(s));
        }
        self.put(slot);
    }

    fn put(&mut self, slot: Slot) {
        let (_, hash) = unsafe { key::load(slot.key.as_ptr(), SHORT, &self.seed) };
        let mut at = (hash >> self.shift) as usize;
        let mask = self.slots.len() - 1;
        while self.slots[at & mask].length1 != 0 {
            at += 1;
        }
        self.slots[at & mask] = slot;
    }
}

/// What a field says. RFC 4180, section 2, rules 5 to 7.
pub fn unquote(raw: &[u8]) -> Result<Vec<u8>> {
    if !raw.contains(&b'"') {
        return Ok(raw.to_vec());
    }
    let [b'"', inner @ .., b'"'] = raw else {
        return Err("a quote in a field that is not quoted".into());
    };
    let mut out = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter();
    while let Some(&c) = bytes.next() {
        if c == b'"' && bytes.next() != Some(&b'"') {
            return Err("a lone quote in a quoted field".into());
        }
        out.push(c);
    }
    Ok(out)
}

/// Chosen by chance, so that no file can be made whose names collide.
#[repr(C, align(16))]
struct Seed([u64; 4]);

impl Seed {
    fn new() -> Self {
        let random = RandomState::new();
        Seed(std::array::from_fn(|i| random.hash_one(i)))
    }
}

#[cfg(all(target_arch = "x86_64", target_feature = "avx2", target_feature = "aes"))]
mod key {
    use std::arch::x86_64::*;

    use super::{SHORT, Seed};

    /// 32 of these, from 32 - n on, are all ones for n bytes and then zeros.
    static MASK: [u8; 2 * SHORT] = {
        let mut mask = [0; 2 * SHORT];
        let mut i = 0;
        while i < SHORT {
            mask[i] = 0xff;
            i += 1;
        }
        mask
    };

    #[inline(always)]
    pub unsafe fn load(p: *const u8, n: usize, seed: &Seed) -> (__m256i, u64) {
        unsafe {
            let mask = _mm256_loadu_si256(MASK.as_ptr().add(SHORT - n).cast());
            let key = _mm256_and_si256(_mm256_loadu_si256(p.cast()), mask);
            let k0 = _mm_load_si128(seed.0.as_ptr().cast());
            let k1 = _mm_load_si128(seed.0.as_ptr().add(2).cast());
            let low = _mm_xor_si128(_mm256_castsi256_si128(key), k0);
            let high = _mm256_extracti128_si256(key, 1);
            let h = _mm_aesenc_si128(low, k1);
            let h = _mm_aesenc_si128(_mm_xor_si128(h, high), k0);
            let h = _mm_aesenc_si128(h, k1);
            (key, _mm_cvtsi128_si64(h) as u64)
        }
    }

    #[inline(always)]
    pub fn same(key: &__m256i, slot: &[u8; SHORT]) -> bool {
        unsafe {
            let differ = _mm256_xor_si256(*key, _mm256_loadu_si256(slot.as_ptr().cast()));
            _mm256_testz_si256(differ, differ) != 0
        }
    }
}

#[cfg(not(all(target_arch = "x86_64", target_feature = "avx2", target_feature = "aes")))]
mod key {
    use super::{SHORT, Seed};

    #[inline(always)]
    pub unsafe fn load(p: *const u8, n: usize, seed: &Seed) -> ([u64; 4], u64) {
        let mask = |i: usize| match n.saturating_sub(8 * i) {
            0 => 0,
            left @ 1..8 => (1 << (8 * left)) - 1,
            _ => u64::MAX,
        };
        let key: [u64; 4] = std::array::from_fn(|i| {
            u64::from_le(unsafe { p.add(8 * i).cast::<u64>().read_unaligned() }) & mask(i)
        });
        let mix = |a: u64, b: u64| {
            let product = u128::from(a) * u128::from(b);
            product as u64 ^ (product >> 64) as u64
        };
        let s = &seed.0;
        let hash = mix(key[0] ^ s[0], key[1] ^ s[1]) ^ mix(key[2] ^ s[2], key[3] ^ s[3]);
        (key, hash.wrapping_mul(s[0] | 1))
    }

    #[inline(always)]
    pub fn same(key: &[u64; 4], slot: &[u8; SHORT]) -> bool {
        let (words, _) = slot.as_chunks::<8>();
        key.iter().zip(words).all(|(&k, w)| k == u64::from_le_bytes(*w))
    }
}
