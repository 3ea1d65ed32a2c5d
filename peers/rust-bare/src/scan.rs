//! Finds the bytes that end fields: ',' and '\n' outside quotes.

/// How many bytes may be read, and must be there, before and behind what is scanned.
pub const PAD: usize = 64;

/// Classifies 64 bytes at a time. `base[..len]` begins outside quotes and is followed by
/// zeros up to a multiple of 64. `ends` has room for one position a byte, and PAD more.
/// Returns how many positions it has written.
///
/// # Safety
/// `base` and `ends` must have that much room.
pub unsafe fn scan(base: *const u8, len: usize, ends: *mut u32) -> usize {
    let blocks = len.div_ceil(64);
    #[cfg(all(target_arch = "x86_64", target_feature = "avx2"))]
    {
        if is_x86_feature_detected!("avx512vbmi2") && is_x86_feature_detected!("avx512bw") {
            return unsafe { x86::scan_avx512(base, blocks, ends) };
        }
        unsafe { x86::scan_avx2(base, blocks, ends) }
    }
    #[cfg(not(all(target_arch = "x86_64", target_feature = "avx2")))]
    unsafe {
        portable::scan(base, blocks, ends)
    }
}

#[cfg(all(target_arch = "x86_64", target_feature = "avx2"))]
mod x86 {
    use std::arch::x86_64::*;

    /// For each bit, whether the number of bits up to it is odd: between quotes.
    #[inline(always)]
    unsafe fn prefix_xor(quotes: u64) -> u64 {
        unsafe {
            let bits = _mm_cvtsi64_si128(quotes as i64);
            _mm_cvtsi128_si64(_mm_clmulepi64_si128(bits, _mm_set1_epi8(-1), 0)) as u64
        }
    }

    pub unsafe fn scan_avx2(base: *const u8, blocks: usize, ends: *mut u32) -> usize {
        unsafe {
            let comma = _mm256_set1_epi8(b',' as i8);
            let newline = _mm256_set1_epi8(b'\n' as i8);
            let quote = _mm256_set1_epi8(b'"' as i8);
            let bits = |v| _mm256_movemask_epi8(v) as u32 as u64;
            let ending = |v| {
                bits(_mm256_or_si256(
                    _mm256_cmpeq_epi8(v, comma),
                    _mm256_cmpeq_epi8(v, newline),
                ))
            };
            let quoting = |v| bits(_mm256_cmpeq_epi8(v, quote));

            let mut quoted = 0u64; // all ones where the block before ends between quotes
            let mut out = ends;
            for block in 0..blocks {
                let p = base.add(block * 64);
                let a = _mm256_loadu_si256(p.cast());
                let b = _mm256_loadu_si256(p.add(32).cast());
                let inside = prefix_xor(quoting(a) | quoting(b) << 32) ^ quoted;
                quoted = ((inside as i64) >> 63) as u64;

                let mut found = (ending(a) | ending(b) << 32) & !inside;
                let n = found.count_ones() as usize;
                let at = (block * 64) as u32;
                // Eight without asking: more is rare, and what is too many is overwritten.
                for k in 0..8 {
                    *out.add(k) = at.wrapping_add(found.trailing_zeros());
                    found &= found.wrapping_sub(1);
                }
                let mut k = 8;
                while k < n {
                    *out.add(k) = at.wrapping_add(found.trailing_zeros());
                    found &= found.wrapping_sub(1);
                    k += 1;
                }
                out = out.add(n);
            }
            out.offset_from(ends) as usize
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi2")]
    pub unsafe fn scan_avx512(base: *const u8, blocks: usize, ends: *mut u32) -> usize {
        unsafe {
            let comma = _mm512_set1_epi8(b',' as i8);
            let newline = _mm512_set1_epi8(b'\n' as i8);
            let quote = _mm512_set1_epi8(b'"' as i8);
            let index: [u8; 64] = std::array::from_fn(|i| i as u8);
            let index = _mm512_loadu_si512(index.as_ptr().cast());

            let mut quoted = 0u64;
            let mut out = ends;
            for block in 0..blocks {
                let v = _mm512_loadu_si512(base.add(block * 64).cast());
                let inside = prefix_xor(_mm512_cmpeq_epi8_mask(v, quote)) ^ quoted;
                quoted = ((inside as i64) >> 63) as u64;

                let found = (_mm512_cmpeq_epi8_mask(v, comma) | _mm512_cmpeq_epi8_mask(v, newline)) & !inside;
                let n = found.count_ones() as usize;
                let at = _mm512_set1_epi32((block * 64) as i32);
                let places = _mm512_maskz_compress_epi8(found, index);
                let put = |k: usize, sixteen| {
                    let wide = _mm512_add_epi32(at, _mm512_cvtepu8_epi32(sixteen));
                    _mm512_storeu_si512(out.add(16 * k).cast(), wide);
                };
                put(0, _mm512_castsi512_si128(places));
                if n > 16 {
                    put(1, _mm512_extracti32x4_epi32(places, 1));
                    put(2, _mm512_extracti32x4_epi32(places, 2));
                    put(3, _mm512_extracti32x4_epi32(places, 3));
                }
                out = out.add(n);
            }
            out.offset_from(ends) as usize
        }
    }
}

#[cfg(any(test, not(all(target_arch = "x86_64", target_feature = "avx2"))))]
mod portable {
    pub unsafe fn scan(base: *const u8, blocks: usize, ends: *mut u32) -> usize {
        let mut quoted = false;
        let mut n = 0;
        for at in 0..blocks * 64 {
            unsafe {
                match *base.add(at) {
                    b'"' => quoted = !quoted,
                    b',' | b'\n' if !quoted => {
                        *ends.add(n) = at as u32;
                        n += 1;
                    }
                    _ => {}
                }
            }
        }
        n
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_agree() {
        let mut x = 0x9e3779b97f4a7c15u64;
        for len in (0..700).chain([64, 128, 4096]) {
            let mut data: Vec<u8> = (0..len)
                .map(|_| {
                    x ^= x << 13;
                    x ^= x >> 7;
                    x ^= x << 17;
                    b",\n\"abcdefghijklm"[(x >> 60) as usize]
                })
                .collect();
            data.resize(len + 2 * PAD, 0);
            let run = |scan: unsafe fn(*const u8, usize, *mut u32) -> usize| {
                let mut ends = vec![0u32; len + 3 * PAD];
                let n = unsafe { scan(data.as_ptr(), len.div_ceil(64), ends.as_mut_ptr()) };
                ends.truncate(n);
                ends
            };
            let want = run(portable::scan);
            #[cfg(all(target_arch = "x86_64", target_feature = "avx2"))]
            {
                assert_eq!(run(x86::scan_avx2), want);
                if is_x86_feature_detected!("avx512vbmi2") {
                    assert_eq!(run(|p, n, e| unsafe { x86::scan_avx512(p, n, e) }), want);
                }
            }
            assert!(want.iter().all(|&e| (e as usize) < len));
        }
    }
}
