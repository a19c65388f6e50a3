//! Where the decisions of a history come from.

#![allow(dead_code, reason = "a command has seeds alone")]

/// A seed, or the bytes that a fuzzer chose. Where the bytes end, every choice is the first one, which is the quietest.
#[derive(Clone, Debug)]
pub enum Choices {
    Seed(u64),
    Bytes { bytes: Vec<u8>, at: usize },
}

impl Choices {
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self::Bytes {
            bytes: bytes.into(),
            at: 0,
        }
    }

    /// The next number of a `SplitMix64` generator.
    fn next(state: &mut u64) -> u64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        let chosen = match self {
            Self::Seed(state) => Self::next(state),
            Self::Bytes { bytes, at } => {
                let mut byte = || {
                    let byte = bytes.get(*at).copied().unwrap_or(0);
                    *at += 1;
                    u64::from(byte)
                };
                if n <= 256 {
                    byte()
                } else {
                    byte() << 16 | byte() << 8 | byte()
                }
            }
        };
        chosen % n.max(1)
    }

    /// Once in `n` times.
    pub fn one_in(&mut self, n: u64) -> bool {
        n <= 1 || self.below(n) == 1
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }

    /// Is there anything left to choose by?
    pub fn is_spent(&self) -> bool {
        matches!(self, Self::Bytes { bytes, at } if *at >= bytes.len())
    }
}
