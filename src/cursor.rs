//! Cursors: where a call goes on, in text that survives a shell.
//!
//! Base64url of: format version, time of issue, a hash of what the cursor belongs to, the body, and a
//! checksum of all of that. It is no secret: whoever holds one may read what is in it, and a forged one
//! reads nothing that its forger could not read without it.

use crate::error::{Code, Refusal};

const VERSION: u64 = 1;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CHECKSUM_BYTES: usize = 8;

/// How long a cursor may be used. What it counted before is that old in the final answer.
pub const LIFETIME_MS: u64 = 7 * 24 * 3_600 * 1_000;

/// FNV-1a. It finds damage and mix-ups. It is not meant to withstand forgery; see the module's text.
fn hash(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

/// Writes or reads the body of a cursor: one description of the state serves both ways, so that what is
/// read is what was written.
#[derive(Debug, Default)]
pub(crate) struct Codec {
    bytes: Vec<u8>,
    /// How much of them was read. `None`: they are being written.
    read: Option<usize>,
    is_damaged: bool,
}

impl Codec {
    /// Opens a cursor that must belong to what `binding` names.
    ///
    /// # Errors
    /// - `INVALID_CURSOR` where it is damaged, of another version, too old, or of another call.
    pub(crate) fn open(cursor: &str, binding: &str, now_ms: u64) -> Result<Self, Box<Refusal>> {
        let bytes = from_base64url(cursor).ok_or_else(damaged)?;
        let end = bytes.len().checked_sub(CHECKSUM_BYTES).ok_or_else(damaged)?;
        let mut codec = Self {
            bytes,
            read: Some(end),
            is_damaged: false,
        };
        let mut checksum = 0;
        codec.whole(&mut checksum);
        codec.bytes.truncate(end);
        if hash(&codec.bytes) != checksum {
            return Err(damaged());
        }
        codec.read = Some(0);
        let (mut version, mut issued_ms, mut bound) = (0, 0, 0);
        codec.number(&mut version);
        codec.number(&mut issued_ms);
        codec.whole(&mut bound);
        codec.close()?;
        if version != VERSION {
            return Err(invalid("cursor is of another version of this library"));
        }
        if bound != hash(binding.as_bytes()) {
            return Err(invalid(
                "cursor belongs to another function, organization or arguments",
            ));
        }
        if now_ms.saturating_sub(issued_ms) > LIFETIME_MS {
            return Err(invalid("cursor is older than 7 days"));
        }
        Ok(codec)
    }

    /// Begins a cursor, bound to what `binding` names.
    pub(crate) fn begin(binding: &str, now_ms: u64) -> Self {
        let mut codec = Self::default();
        codec.number(&mut VERSION.clone());
        codec.number(&mut now_ms.clone());
        codec.whole(&mut hash(binding.as_bytes()));
        codec
    }

    /// The cursor.
    pub(crate) fn seal(mut self) -> String {
        let mut checksum = hash(&self.bytes);
        self.whole(&mut checksum);
        base64url(&self.bytes)
    }

    /// Refuses the cursor if it ended too early, or held what it cannot hold.
    pub(crate) fn close(&self) -> Result<(), Box<Refusal>> {
        if self.is_damaged { Err(damaged()) } else { Ok(()) }
    }

    #[inline(never)]
    fn byte(&mut self, byte: &mut u8) {
        let Some(read) = &mut self.read else {
            return self.bytes.push(*byte);
        };
        *byte = 0;
        if let Some(next) = self.bytes.get(*read) {
            *read += 1;
            *byte = *next;
        } else {
            self.is_damaged = true;
        }
    }

    /// Any 64 bits.
    fn whole(&mut self, n: &mut u64) {
        let mut bytes = n.to_le_bytes();
        for byte in &mut bytes {
            self.byte(byte);
        }
        *n = u64::from_le_bytes(bytes);
    }

    /// A number below 2^49, in LEB128: nothing that is reckoned with a forged one overflows.
    #[inline(never)]
    pub(crate) fn number(&mut self, n: &mut u64) {
        let mut rest = *n;
        let mut read = 0;
        for shift in (0..49).step_by(7) {
            let more = if rest > 0x7f { 0x80 } else { 0 };
            let mut byte = rest.to_le_bytes()[0] & 0x7f | more;
            rest >>= 7;
            self.byte(&mut byte);
            read |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        *n = read;
    }

    pub(crate) fn numbers(&mut self, numbers: &mut [u64]) {
        for n in numbers {
            self.number(n);
        }
    }

    pub(crate) fn boolean(&mut self, value: &mut bool) {
        let mut n = u64::from(*value);
        self.number(&mut n);
        *value = n != 0;
    }

    /// A text as the numbers of its characters, from 1, and a 0: so nothing can be read that is no text.
    #[inline(never)]
    pub(crate) fn text(&mut self, text: &mut String) {
        let written = core::mem::take(text);
        let mut characters = written.chars();
        loop {
            let mut n = characters.next().map_or(0, |c| u64::from(c) + 1);
            self.number(&mut n);
            if n == 0 {
                return;
            }
            match u32::try_from(n - 1).ok().and_then(char::from_u32) {
                Some(c) => text.push(c),
                None => self.is_damaged = true,
            }
        }
    }

    pub(crate) fn optional_text(&mut self, text: &mut Option<String>) {
        let mut is_some = text.is_some();
        self.boolean(&mut is_some);
        let mut inner = text.take().unwrap_or_default();
        if is_some {
            self.text(&mut inner);
            *text = Some(inner);
        }
    }
}

/// Refuses a cursor whose position cannot be found again.
pub fn lost_position() -> Box<Refusal> {
    invalid("cursor names a place that is gone")
}

pub(crate) fn damaged() -> Box<Refusal> {
    invalid("cursor is damaged")
}

fn invalid(message: &str) -> Box<Refusal> {
    Refusal::new(Code::InvalidCursor, message, &[]).hint(
        "start again without `cursor`: what was done stays done, and counts start at zero",
        &[],
    )
}

fn base64url(bytes: &[u8]) -> String {
    let mut out = String::new();
    let mut group = 0_u32;
    let mut bits = 0;
    for byte in bytes {
        group = group << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 6 {
            bits -= 6;
            push_digit(&mut out, group >> bits);
        }
    }
    if bits > 0 {
        push_digit(&mut out, group << (6 - bits));
    }
    out
}

/// Appends the digit of the lowest 6 bits.
fn push_digit(out: &mut String, group: u32) {
    let digit = usize::try_from(group & 63).unwrap_or(0);
    out.push(char::from(ALPHABET.get(digit).copied().unwrap_or(b'A')));
}

fn from_base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut group = 0_u32;
    let mut bits = 0;
    for digit in text.as_bytes() {
        let value = ALPHABET.iter().position(|a| a == digit)?;
        group = group << 6 | u32::try_from(value).ok()?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            let [.., byte] = (group >> bits).to_be_bytes();
            bytes.push(byte);
        }
    }
    // The bits that carry no byte must be zero: one text a cursor, so that any change is damage.
    let is_whole = bits < 6 && group & ((1 << bits) - 1) == 0;
    is_whole.then_some(bytes)
}

// proptest is not for WebAssembly.
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: u64 = 1_790_000_000_000;

    #[derive(Clone, Debug, Default, PartialEq)]
    struct Body {
        small: u64,
        large: u64,
        text: String,
        none: Option<String>,
        empty: Option<String>,
    }

    impl Body {
        fn code(&mut self, codec: &mut Codec) {
            codec.number(&mut self.small);
            codec.number(&mut self.large);
            codec.text(&mut self.text);
            codec.optional_text(&mut self.none);
            codec.optional_text(&mut self.empty);
        }
    }

    fn body() -> Body {
        Body {
            small: 0,
            large: (1 << 49) - 1,
            text: "ünï".into(),
            none: None,
            empty: Some(String::new()),
        }
    }

    fn sealed() -> String {
        let mut codec = Codec::begin("status org_1", NOW);
        body().code(&mut codec);
        codec.seal()
    }

    #[test]
    fn what_was_written_is_read() {
        let mut codec = Codec::open(&sealed(), "status org_1", NOW + LIFETIME_MS).unwrap();
        let mut read = Body::default();
        read.code(&mut codec);
        assert_eq!(codec.close(), Ok(()));
        assert_eq!(read, body());
        codec.number(&mut 0);
        assert_eq!(codec.close(), Err(damaged()));
    }

    #[test]
    fn foreign_and_old_cursors_are_refused() {
        let refused = |binding: &str, now_ms| {
            let refusal = Codec::open(&sealed(), binding, now_ms).unwrap_err();
            assert_eq!(refusal.code, Code::InvalidCursor);
            refusal.message
        };
        for binding in ["status org_2", "run org_1", "status org_1 7"] {
            assert_eq!(
                refused(binding, NOW),
                "cursor belongs to another function, organization or arguments"
            );
        }
        assert_eq!(
            refused("status org_1", NOW + LIFETIME_MS + 1),
            "cursor is older than 7 days"
        );
    }

    #[test]
    fn every_changed_character_is_damage() {
        let cursor = sealed();
        for at in 0..cursor.len() {
            for digit in ALPHABET.iter().chain(b"= '\"") {
                let mut changed = cursor.clone().into_bytes();
                changed[at] = *digit;
                let changed = String::from_utf8(changed).unwrap();
                let opened = Codec::open(&changed, "status org_1", NOW);
                assert_eq!(opened.is_ok(), changed == cursor, "{at} {digit}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            prop_assert!(Codec::open(&text, "status", NOW).is_err());
        }

        #[test]
        fn bytes_survive(bytes: Vec<u8>) {
            prop_assert_eq!(from_base64url(&base64url(&bytes)), Some(bytes));
        }
    }
}
