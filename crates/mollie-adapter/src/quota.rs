//! What Mollie says of the calls it has left for us (MOLLIE.md §1), and what follows for the next ones. The headers are those of the
//! newer answers, `RateLimit-Policy: "get-v2-payments";q=20;w=3` and `RateLimit: "get-v2-payments";r=15;t=2`; absent or odd
//! ones change nothing. Reads no clock.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::rules::call_rate::Rank;
use reqwest::header::HeaderMap;

use crate::endpoint::Endpoint;

/// More names than this, or longer ones, are not Mollie's way to tell anything.
const MOST_NAMES: usize = 64;
const LONGEST_NAME: usize = 64;

/// No quota lasts longer: a header that says so is odd, and would stop us for as long.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// Every call, whatever its name.
pub const ALL: &str = "";

/// How many calls are left of a quota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Mollie's name of the quota, such as `get-v2-payments`.
    pub name: String,
    pub left: u64,
    /// After this time there are as many as ever.
    pub resets_in: Duration,
    /// How many there are in how long, where Mollie says so.
    pub policy: Option<(u64, Duration)>,
}

/// What the headers of an answer say.
pub fn left(headers: &HeaderMap) -> Vec<Left> {
    let policies = items(headers, "ratelimit-policy").into_iter().filter_map(|(name, numbers)| {
        let Numbers { q, w, .. } = numbers?;
        let window = Duration::from_secs(w?);
        (window <= LONGEST && !window.is_zero() && q? > 0).then_some((name, (q?, window)))
    });
    let policies: BTreeMap<_, _> = policies.collect();
    let told = items(headers, "ratelimit").into_iter().filter_map(|(name, numbers)| {
        let Numbers { r, t, .. } = numbers?;
        let resets_in = Duration::from_secs(t?);
        let policy = policies.get(&name).copied();
        (resets_in <= LONGEST).then_some(Left { name, left: r?, resets_in, policy })
    });
    told.take(MOST_NAMES).collect()
}

/// The numbers of an item.
#[derive(Default)]
struct Numbers {
    q: Option<u64>,
    w: Option<u64>,
    r: Option<u64>,
    t: Option<u64>,
}

/// The items of a header, each with its name; without numbers, if they cannot be read.
fn items(headers: &HeaderMap, header: &str) -> Vec<(String, Option<Numbers>)> {
    let lines = headers.get_all(header).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).filter_map(item).collect()
}

fn item(text: &str) -> Option<(String, Option<Numbers>)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next()?.strip_prefix('"')?.strip_suffix('"')?;
    let is_plain = name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
    if name.is_empty() || name.len() > LONGEST_NAME || !is_plain {
        return None;
    }
    Some((name.to_owned(), numbers(parts)))
}

/// `None` if one of ours cannot be read, or comes twice.
fn numbers<'a>(parts: impl Iterator<Item = &'a str>) -> Option<Numbers> {
    let mut numbers = Numbers::default();
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let place = match key {
            "q" => &mut numbers.q,
            "w" => &mut numbers.w,
            "r" => &mut numbers.r,
            "t" => &mut numbers.t,
            _ => continue,
        };
        let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || place.is_some() {
            return None;
        }
        *place = Some(value.parse().ok()?);
    }
    Some(numbers)
}

/// What is known of a key's quotas and pauses. Times are by a clock that only runs forward.
#[derive(Debug, Default)]
pub struct Quotas {
    /// Which quotas the calls of an endpoint count for: Mollie's answers tell.
    names: BTreeMap<Endpoint, BTreeSet<String>>,
    known: BTreeMap<String, Quota>,
    /// Until when Mollie wants no calls of a name.
    paused: BTreeMap<String, Duration>,
}

#[derive(Clone, Copy, Debug)]
struct Quota {
    left: u64,
    until: Duration,
    policy: Option<(u64, Duration)>,
}

impl Quota {
    /// How many calls readings leave to the others.
    fn kept(&self, rank: Rank) -> u64 {
        match rank {
            Rank::First => 0,
            Rank::Asked | Rank::Spare => {
                self.policy.map_or(1, |(of, _)| (of / 5).max(1).min(of.saturating_sub(1)))
            }
        }
    }

    /// What there is now: once its time is over, as many as ever, where Mollie has said how many.
    fn at(self, now: Duration) -> Option<Self> {
        match self.policy {
            _ if now < self.until => Some(self),
            Some((of, window)) => Some(Self { left: of, until: now + window, ..self }),
            None => None,
        }
    }
}

impl Quotas {
    /// Counts a call that is about to be sent; or how long it must wait.
    pub fn begin(&mut self, endpoint: Endpoint, rank: Rank, now: Duration) -> Result<(), Duration> {
        if let Some(wait) = self.wait(endpoint, rank, now) {
            return Err(wait);
        }
        for name in self.names.get(&endpoint).into_iter().flatten() {
            let Some(quota) = self.known.get_mut(name) else { continue };
            let Some(there_is) = quota.at(now) else { continue };
            *quota = Quota { left: there_is.left.saturating_sub(1), ..there_is };
        }
        Ok(())
    }

    /// How long a call must wait; `None`: not at all.
    pub fn wait(&self, endpoint: Endpoint, rank: Rank, now: Duration) -> Option<Duration> {
        let names = self.names.get(&endpoint);
        let quotas = names.into_iter().flatten().filter_map(|name| self.known.get(name)?.at(now));
        let quotas = quotas.filter(|quota| quota.left <= quota.kept(rank)).map(|quota| quota.until);
        let is_paused = |name: &String| match names {
            _ if name == ALL => true,
            Some(names) => names.contains(name),
            // Another process has heard of it, and this one not yet which calls it is about: a reading takes no chance.
            None => rank != Rank::First,
        };
        let paused = self.paused.iter().filter(|(name, _)| is_paused(name)).map(|(_, until)| *until);
        quotas.chain(paused).max()?.checked_sub(now).filter(|wait| !wait.is_zero())
    }

    /// Takes over what an answer says. Returns what every process must know: names that Mollie wants no calls of, and for how long.
    pub fn hear(
        &mut self,
        endpoint: Endpoint,
        told: &[Left],
        put_off: Option<Duration>,
        now: Duration,
    ) -> Vec<(String, Duration)> {
        self.names.entry(endpoint).or_default();
        for left in told {
            self.learn(endpoint, left, now);
        }
        let used_up = told.iter().filter(|left| left.left == 0 && !left.resets_in.is_zero());
        let mut pauses: Vec<_> = used_up.map(|left| (left.name.clone(), left.resets_in)).collect();
        if let Some(pause) = put_off {
            pauses.extend(self.names_of(endpoint).into_iter().map(|name| (name, pause)));
        }
        pauses.retain(|(name, pause)| self.pause(name, *pause, now));
        pauses
    }

    /// Notes a pause; `false` if nearly as long a one is known.
    pub fn pause(&mut self, name: &str, pause: Duration, now: Duration) -> bool {
        const SAME: Duration = Duration::from_millis(250);
        self.paused.retain(|_, until| *until > now);
        let until = now + pause;
        let known = self.paused.get(name).copied().unwrap_or_default();
        let has_room = self.paused.len() < MOST_NAMES || self.paused.contains_key(name);
        if pause.is_zero() || until <= known || !has_room {
            return false;
        }
        self.paused.insert(name.to_owned(), until);
        until > known + SAME
    }

    /// What a 429 is about: the quotas of the call, or every call where none is known.
    fn names_of(&self, endpoint: Endpoint) -> Vec<String> {
        let names = self.names.get(&endpoint).filter(|names| !names.is_empty());
        names.map_or_else(|| vec![ALL.to_owned()], |names| names.iter().cloned().collect())
    }

    fn learn(&mut self, endpoint: Endpoint, told: &Left, now: Duration) {
        self.known.retain(|_, quota| quota.until + LONGEST > now);
        if self.known.len() >= MOST_NAMES && !self.known.contains_key(&told.name) {
            return;
        }
        let names = self.names.entry(endpoint).or_default();
        if names.len() < MOST_NAMES {
            names.insert(told.name.clone());
        }
        let heard = Quota { left: told.left, until: now + told.resets_in, policy: told.policy };
        let known = self.known.entry(told.name.clone()).or_insert(heard);
        // Answers overtake each other, and calls may be on their way of which this one does not know. Seconds are rounded.
        let is_same_time = now < known.until && known.until.abs_diff(heard.until) <= Duration::from_secs(1);
        let left = if is_same_time { known.left.min(heard.left) } else { heard.left };
        let until = if is_same_time { known.until.max(heard.until) } else { heard.until };
        *known = Quota { left, until, policy: heard.policy };
    }
}

#[cfg(test)]
mod tests;
