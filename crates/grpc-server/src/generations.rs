//! The service's secret as it stands in its file: its generations, each with the time from which it is in use. None is ever left out
//! again, because what was made under it is at Mollie and in the database. Nothing here is shown or logged.

use jiff::Timestamp;

/// The least number of bytes in a generation.
pub const SECRET_BYTES: usize = 32;

/// The first line of a file that names generations. A file without it is one generation, whatever it holds.
const HEADER: &str = "order-service secret v1";

/// A secret that is too short.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{got} bytes; at least {SECRET_BYTES} random ones are needed")]
pub struct TooShort {
    got: usize,
}

#[derive(Clone, PartialEq, Eq)]
struct Generation {
    from: Timestamp,
    secret: Vec<u8>,
}

/// All generations, the oldest first; there is at least one.
#[derive(Clone, PartialEq, Eq)]
pub struct Generations(Vec<Generation>);

impl Generations {
    /// One that is in use from the beginning.
    pub fn only(secret: Vec<u8>) -> Result<Self, TooShort> {
        match secret.len() {
            got @ 0..SECRET_BYTES => Err(TooShort { got }),
            _ => Ok(Self(vec![Generation { from: Timestamp::UNIX_EPOCH, secret }])),
        }
    }

    /// Whether a file names them, rather than being one.
    pub fn are_named(content: &[u8]) -> bool {
        content.starts_with(HEADER.as_bytes())
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Each fault, by its line, and without what stands there.
    pub fn parse(content: &[u8]) -> Result<Self, Vec<String>> {
        if !Self::are_named(content) {
            return Self::only(content.to_vec()).map_err(|short| vec![short.to_string()]);
        }
        let text = std::str::from_utf8(content).map_err(|_| vec!["it is not text".to_owned()])?;
        let (mut read, mut faults) = (Vec::<Generation>::new(), Vec::new());
        for (n, line) in text.lines().enumerate().skip(1) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match generation(line) {
                Some(new) if read.iter().any(|old| old.from == new.from || old.secret == new.secret) => {
                    faults.push(format!("line {}: a time or a secret that another line has", n + 1));
                }
                Some(new) => read.push(new),
                None => faults.push(format!(
                    "line {}: expected a time, such as 2026-12-01T09:00:00Z, and at least {SECRET_BYTES} random bytes in \
                     hexadecimal digits",
                    n + 1
                )),
            }
        }
        if read.is_empty() && faults.is_empty() {
            faults.push("it names no generation".to_owned());
        }
        read.sort_by_key(|generation| generation.from);
        if faults.is_empty() { Ok(Self(read)) } else { Err(faults) }
    }

    /// The text of a file with them.
    pub fn text(&self) -> String {
        let line = |generation: &Generation| {
            let digits: String = generation.secret.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{} {digits}\n", generation.from)
        };
        let lines: String = self.0.iter().map(line).collect();
        format!(
            "{HEADER}\n# Each line: from when on a generation is in use, and its bytes. Never take one out: orders live under it.\n{lines}"
        )
    }

    /// The same with one more, in use from then on.
    pub fn and(mut self, from: Timestamp, secret: Vec<u8>) -> Self {
        self.0.push(Generation { from, secret });
        self.0.sort_by_key(|generation| generation.from);
        self
    }

    /// The same with one that is older than all of them, unless it is among them.
    pub fn after(mut self, secret: Vec<u8>) -> Self {
        if !self.0.iter().any(|known| known.secret == secret) {
            self.0.insert(0, Generation { from: Timestamp::MIN, secret });
        }
        self
    }

    /// The secrets, the one in use at this time first: the newest that has begun, or the oldest if none has.
    pub fn at(&self, now: Timestamp) -> Vec<&[u8]> {
        let (begun, rest) = self.0.split_at(self.begun(now).max(1));
        let in_order = begun.iter().rev().chain(rest);
        in_order.map(|generation| generation.secret.as_slice()).collect()
    }

    /// How many have begun.
    pub fn begun(&self, now: Timestamp) -> usize {
        self.0.iter().filter(|generation| generation.from <= now).count()
    }

    /// When the next one begins.
    pub fn next_from(&self, now: Timestamp) -> Option<Timestamp> {
        self.0.iter().map(|generation| generation.from).find(|from| *from > now)
    }
}

fn generation(line: &str) -> Option<Generation> {
    let (from, digits) = line.split_once(char::is_whitespace)?;
    let digits = digits.trim_start().as_bytes();
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    let secret: Vec<u8> = digits.chunks(2).map(byte).collect::<Option<_>>()?;
    let from = from.parse().ok()?;
    (secret.len() >= SECRET_BYTES).then_some(Generation { from, secret })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn three() -> Generations {
        Generations::only(vec![1; 32]).unwrap().and(at(300), vec![3; 32]).and(at(200), vec![2; 40])
    }

    #[test]
    fn what_is_written_is_read_again() {
        let three = three();
        assert!(Generations::parse(three.text().as_bytes()).is_ok_and(|read| read == three));
    }

    #[test]
    fn the_newest_generation_that_has_begun_is_in_use_and_none_is_left_out() {
        let first = |second| three().at(at(second)).iter().map(|secret| secret[0]).collect::<Vec<_>>();
        assert_eq!(
            (first(199), first(200), first(299), first(300)),
            (vec![1, 2, 3], vec![2, 1, 3], vec![2, 1, 3], vec![3, 2, 1])
        );
        // If all are yet to come, the service needs one all the same.
        assert_eq!(first(-1), [1, 2, 3]);
        assert_eq!((three().next_from(at(200)), three().next_from(at(300))), (Some(at(300)), None));
    }

    #[test]
    fn a_file_without_the_first_line_is_one_generation_of_any_bytes() {
        let raw = [b"2026-12-01T09:00:00Z\n".as_slice(), &[0xff; 32]].concat();
        assert_eq!(Generations::parse(&raw).unwrap_or_else(|_| panic!()).at(at(0)), [raw.as_slice()]);
        assert_eq!(Generations::parse(&[7; 31]).err().unwrap(), [TooShort { got: 31 }.to_string()]);
    }

    #[test]
    fn every_fault_of_a_file_is_told_by_its_line_and_without_its_secrets() {
        let good = "ab".repeat(32);
        let lines = [
            format!("2026-01-01T00:00:00Z {good}"),
            format!("2026-02-01T00:00:00Z {good}"),
            format!("2026-01-01T00:00:00Z {}", "cd".repeat(32)),
            format!("yesterday {}", "ef".repeat(32)),
            format!("2026-03-01T00:00:00Z {}", "ef".repeat(31)),
            format!("2026-03-01T00:00:00Z {}", "e".repeat(65)),
            format!("2026-03-01T00:00:00Z {}", "+f".repeat(32)),
            "2026-03-01T00:00:00Z".to_owned(),
        ];
        let faults = Generations::parse(format!("{HEADER}\n# a note\n{}\n", lines.join("\n")).as_bytes())
            .err()
            .unwrap();
        let told: Vec<_> = faults.iter().map(|fault| fault.split(':').next().unwrap()).collect();
        assert_eq!(told, ["line 4", "line 5", "line 6", "line 7", "line 8", "line 9", "line 10"]);
        assert!(faults.iter().all(|fault| !fault.contains("ab") && !fault.contains("efef")), "{faults:?}");
        assert_eq!(Generations::parse(HEADER.as_bytes()).err().unwrap(), ["it names no generation"]);
    }

    #[test]
    fn a_secret_of_the_database_is_the_oldest_and_counted_once() {
        let with = Generations::only(vec![1; 32]).unwrap().after(vec![9; 32]).after(vec![1; 32]);
        assert_eq!(with.at(at(0)), [[1; 32], [9; 32]]);
    }
}
