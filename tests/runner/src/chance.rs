//! Chance that can be repeated: every draw follows from the seed. Small and fast; nothing here is secret.

/// A stream of draws (xorshift64*, seeded through splitmix64).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    pub const fn new(seed: u64) -> Self {
        let mixed = mix(seed);
        Self(if mixed == 0 { 1 } else { mixed })
    }

    pub const fn draw(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// From 0 to `bound` − 1; 0 if there is nothing to choose from.
    pub const fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { (self.draw() >> 11) % bound }
    }

    /// From `low` to `high`, both included.
    pub const fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    pub const fn permille(&mut self, share: u64) -> bool {
        self.below(1000) < share
    }

    /// One of several.
    ///
    /// # Panics
    /// If there is none.
    pub fn pick<T: Clone>(&mut self, several: &[T]) -> T {
        let bound = u64::try_from(several.len()).unwrap_or(u64::MAX);
        let n = usize::try_from(self.below(bound)).unwrap_or(0);
        several[n].clone()
    }
}

/// Spreads the seeds of neighbouring histories.
pub const fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
