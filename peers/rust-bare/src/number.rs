//! Decimals: whole ones of eight digits quickly, any other exactly.

/// Everything that is no whole number is counted in units of 10^-9.
pub const NANO: i128 = 1_000_000_000;
const FRACTION_DIGITS: usize = 9;

/// The value of one to eight digits, the first `n` bytes of a little-endian word.
#[inline(always)]
pub fn parse_whole(word: u64, n: usize) -> Option<i64> {
    let shift = 64u32.wrapping_sub(8 * n as u32) & 63;
    let x = word.wrapping_sub(0x3030303030303030) << shift;
    let bad = (x | x.wrapping_add(0x7676767676767676)) & 0x8080808080808080;
    if n.wrapping_sub(1) >= 8 || bad != 0 {
        return None;
    }
    let x = x.wrapping_mul(10).wrapping_add(x >> 8);
    const MASK: u64 = 0x000000FF000000FF;
    let low = (x & MASK).wrapping_mul(100 + (1_000_000 << 32));
    let high = (x >> 16 & MASK).wrapping_mul(1 + (10_000 << 32));
    Some((low.wrapping_add(high) >> 32) as i64)
}

/// A decimal number in units of 10^-9.
pub fn parse(text: &[u8]) -> Option<i128> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let point = digits.iter().position(|&c| c == b'.').unwrap_or(digits.len());
    let (whole, fraction) = (&digits[..point], digits.get(point + 1..).unwrap_or_default());
    let all_digits = |s: &[u8]| s.iter().all(u8::is_ascii_digit);
    if whole.len() + fraction.len() == 0 || whole.len() > 20 || fraction.len() > FRACTION_DIGITS {
        return None;
    }
    if !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let mut value = 0i128;
    let zeros = [b'0'; FRACTION_DIGITS];
    for c in whole.iter().chain(fraction).chain(&zeros[fraction.len()..]) {
        value = value * 10 + i128::from(c - b'0');
    }
    Some(if negative { -value } else { value })
}

/// The quotient, rounded once to the nearest float, ties to even.
pub fn divide(numerator: i128, denominator: u128) -> f64 {
    let (mut n, mut d) = (numerator.unsigned_abs(), denominator);
    if n == 0 {
        return 0.0;
    }
    let common = gcd(n, d);
    n /= common;
    d /= common;
    const EXACT: u128 = 1 << f64::MANTISSA_DIGITS;
    let quotient = if n < EXACT && d < EXACT {
        n as f64 / d as f64
    } else {
        long_division(n, d)
    };
    if numerator < 0 { -quotient } else { quotient }
}

/// d is far below 2^127: rows times 10^9.
fn long_division(n: u128, d: u128) -> f64 {
    const BITS: u32 = 60; // more than a mantissa has; the last says whether any follow
    let (mut q, mut rest, mut exponent) = (n / d, n % d, 0);
    while q < 1 << (BITS - 1) {
        rest <<= 1;
        q = q << 1 | u128::from(rest >= d);
        if rest >= d {
            rest -= d;
        }
        exponent -= 1;
    }
    let q = q | u128::from(rest != 0);
    q as f64 * 2f64.powi(exponent) // the conversion rounds to nearest, ties to even
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole() {
        for text in ["5", "60", "0", "99999999", "1234567"] {
            let mut word = *b"\n,Xx9-.\"";
            word[..text.len()].copy_from_slice(text.as_bytes());
            assert_eq!(parse_whole(u64::from_le_bytes(word), text.len()), text.parse().ok());
        }
        for text in ["", "4-", "-4", "1.5", "5a", "\"5\""] {
            let mut word = [b'7'; 8];
            word[..text.len()].copy_from_slice(text.as_bytes());
            assert_eq!(parse_whole(u64::from_le_bytes(word), text.len()), None, "{text}");
        }
    }

    #[test]
    fn decimals() {
        for (text, want) in [("12.5", 12_500_000_000), ("-.5", -500_000_000), ("5.", 5_000_000_000), ("+1", 1_000_000_000)] {
            assert_eq!(parse(text.as_bytes()), Some(want));
        }
        for text in ["", "+", ".", "1e3", " 5", "NaN", "1.0000000001", "1.2.3"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn quotients() {
        assert_eq!(divide(1, 3), 1.0 / 3.0);
        assert_eq!(divide(-7 * NANO, 2 * NANO as u128), -3.5);
        assert_eq!(divide(100_000_000_000_000_000_001, 1_000_000_000), 100_000_000_000.000_000_001);
        assert_eq!(divide((1 << 60) + 129, 1 << 3), (((1u64 << 60) + 129) as f64) / 8.0);
    }
}
