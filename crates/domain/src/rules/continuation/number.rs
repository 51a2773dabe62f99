//! The number of an order that continues another one.

/// Mollie's numbers are as long as one likes; ours end here (rule `order.number_form`).
const LONGEST: usize = 255;

/// The same number where the old order holds it no longer, or else the next: `1337`, `1337-2`, `1337-3`.
pub(super) fn next(number: &str, is_free: bool) -> String {
    if is_free {
        return number.to_owned();
    }
    let counted = number.rsplit_once('-').and_then(|(base, count)| {
        let count = count.parse::<u32>().ok().filter(|count| (2..100).contains(count))?;
        (!base.is_empty()).then_some((base, count + 1))
    });
    let (base, count) = counted.unwrap_or((number, 2));
    let end = format!("-{count}");
    let room = LONGEST - end.len();
    format!("{}{end}", base.chars().take(room).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_held_is_counted_on() {
        let held = |number: &str| next(number, false);
        assert_eq!(
            (next("1337", true), held("1337"), held("1337-2")),
            ("1337".into(), "1337-2".into(), "1337-3".into())
        );
        assert_eq!(
            (held("A-1"), held("A-99"), held("A-100"), held("-2")),
            ("A-1-2".into(), "A-100".into(), "A-100-2".into(), "-2-2".into())
        );
        let long = held(&"ü".repeat(255));
        assert_eq!((long.chars().count(), long.ends_with("ü-2")), (255, true));
    }
}
