//! Numbers as JavaScript writes them, because D1's rows arrive as JSON that JavaScript wrote.

use std::fmt::Write;

/// Appends what `JSON.stringify` writes for this number: `1` for 1.0, `1e+21`, `null` for infinities
/// (ECMA-262, Number::toString).
pub fn write_number(out: &mut String, number: f64) {
    if !number.is_finite() {
        out.push_str("null");
        return;
    }
    if number == 0.0 {
        out.push('0');
        return;
    }
    // Rust writes the same shortest digits that read back to this double; only the layout differs.
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let exponent: i32 = exponent.parse().unwrap_or(0);
    out.push_str(sign);
    // The decimal point stands after that many digits.
    let point = exponent + 1;
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    if (1..=21).contains(&point) {
        for place in 0..point.max(count) {
            if place == point {
                out.push('.');
            }
            let digit = usize::try_from(place).ok().and_then(|place| digits.as_bytes().get(place));
            out.push(digit.map_or('0', |digit| char::from(*digit)));
        }
    } else if (-5..=0).contains(&point) {
        out.push_str("0.");
        out.extend((point..0).map(|_| '0'));
        out.push_str(&digits);
    } else {
        let (first, rest) = digits.split_at(1);
        out.push_str(first);
        if !rest.is_empty() {
            out.push('.');
            out.push_str(rest);
        }
        // Writing to a string cannot fail.
        let _ = write!(out, "e{exponent:+}");
    }
}

/// Appends what D1 gives for a 64-bit whole number: the nearest double.
#[allow(clippy::cast_precision_loss)] // That loss is what is imitated.
pub fn write_integer(out: &mut String, number: i64) {
    write_number(out, number as f64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_as_javascript_does() {
        let table = [
            (1.0, "1"),
            (-1.0, "-1"),
            (0.0, "0"),
            (-0.0, "0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (123.456, "123.456"),
            (1500.0, "1500"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.5e21, "1.5e+21"),
            (123_456_789_012_345_678_901_234_567_890.0, "1.2345678901234568e+29"),
            (0.000_001, "0.000001"),
            (0.000_001_5, "0.0000015"),
            (1e-7, "1e-7"),
            (-1.25e-9, "-1.25e-9"),
            (f64::MAX, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
            (f64::INFINITY, "null"),
            (f64::NAN, "null"),
        ];
        for (number, text) in table {
            let mut out = String::new();
            write_number(&mut out, number);
            assert_eq!(out, text);
        }
        let mut out = String::new();
        write_integer(&mut out, 9_007_199_254_740_993);
        assert_eq!(out, "9007199254740992");
    }
}
