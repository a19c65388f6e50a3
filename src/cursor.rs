//! Cursors: where a call goes on, in text that survives a shell.
//!
//! Base64url of a header (format version, time of issue, a hash of what the cursor belongs to), the state, and a
//! checksum of both. A cursor is no secret: whoever holds one may read what is in it, and a forged one reads nothing
//! that its forger could not read without it.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::refusal::Refusal;
use crate::units::{Millis, as_f64, as_u64};

const VERSION: u64 = 2;

/// How long a cursor may be used. What it counted before is that old in the final answer.
pub const LIFETIME: Millis = Millis(7.0 * 24.0 * 3_600_000.0);

/// The longest cursor, in characters. A longer one was not made here, and is not decoded.
pub(crate) const LONGEST: usize = 8 * 1_024;

/// Above any number that a state holds. Nothing that is reckoned with a forged one overflows.
pub(crate) const MOST: u64 = 1 << 49;

/// FNV-1a. It finds damage and mix-ups. It is not meant to withstand forgery; see the module's text.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[derive(Serialize, serde::Deserialize)]
struct Header {
    version: u64,
    issued_ms: u64,
    /// The hash of what the cursor belongs to.
    bound: u64,
}

/// Writes a state into a cursor that belongs to what `binding` names.
pub(crate) fn seal(binding: &str, now: Millis, state: &impl Serialize) -> String {
    let header = Header {
        version: VERSION,
        issued_ms: as_u64(now.0),
        bound: hash(binding.as_bytes()),
    };
    // The format refuses sequences of unknown length alone, and no state has one.
    let mut bytes = postcard::to_allocvec(&(header, state)).unwrap_or_default();
    bytes.extend_from_slice(&hash(&bytes).to_le_bytes());
    Base64UrlUnpadded::encode_string(&bytes)
}

/// Reads the state of a cursor that must belong to what `binding` names.
///
/// # Errors
/// - `INVALID_CURSOR` where it is damaged, of another version, too old, or of another call.
pub(crate) fn open<State: DeserializeOwned>(
    cursor: &str,
    binding: &str,
    now: Millis,
) -> Result<State, Refusal> {
    if cursor.len() > LONGEST {
        return Err(Refusal::invalid_cursor("cursor is longer than 8 KiB"));
    }
    let bytes = Base64UrlUnpadded::decode_vec(cursor).map_err(|_| damaged())?;
    let (body, checksum) = bytes.split_last_chunk::<8>().ok_or_else(damaged)?;
    if hash(body).to_le_bytes() != *checksum {
        return Err(damaged());
    }
    let (header, state) = postcard::take_from_bytes::<Header>(body).map_err(|_| damaged())?;
    if header.version != VERSION {
        return Err(Refusal::invalid_cursor(
            "cursor is of another version of this library",
        ));
    }
    if header.bound != hash(binding.as_bytes()) {
        return Err(Refusal::invalid_cursor(
            "cursor belongs to another function, organization or arguments, to another deployment, or to other indexes of the host",
        ));
    }
    if now - Millis(as_f64(header.issued_ms)) > LIFETIME {
        return Err(Refusal::invalid_cursor("cursor is older than 7 days"));
    }
    match postcard::take_from_bytes(state) {
        Ok((state, [])) => Ok(state),
        _ => Err(damaged()),
    }
}

pub(crate) fn damaged() -> Refusal {
    Refusal::invalid_cursor("cursor is damaged")
}

// proptest is not for WebAssembly.
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::refusal::Code;
    use proptest::prelude::*;

    const NOW: Millis = Millis(1_790_000_000_000.0);

    /// Seven days.
    const WEEK: Millis = Millis(604_800_000.0);

    type State = (u64, String, Option<String>, Option<String>);

    fn state() -> State {
        (MOST, "ünï".into(), None, Some(String::new()))
    }

    fn sealed() -> String {
        seal("status org_1", NOW, &state())
    }

    #[test]
    fn what_was_written_is_read() {
        assert_eq!(open(&sealed(), "status org_1", NOW + WEEK), Ok(state()));
        // A state of another shape.
        assert_eq!(open::<u64>(&sealed(), "status org_1", NOW), Err(damaged()));
    }

    #[test]
    fn foreign_and_old_cursors_are_refused() {
        let refused = |binding: &str, now| {
            let refusal = open::<State>(&sealed(), binding, now).unwrap_err();
            assert_eq!(refusal.code, Code::InvalidCursor);
            refusal.message
        };
        for binding in ["status org_2", "run org_1", "status org_1 7"] {
            assert_eq!(
                refused(binding, NOW),
                "cursor belongs to another function, organization or arguments, to another deployment, or to other indexes of the host"
            );
        }
        assert_eq!(
            refused("status org_1", NOW + WEEK + Millis(1.0)),
            "cursor is older than 7 days"
        );
    }

    #[test]
    fn long_cursors_are_refused_before_they_are_decoded() {
        let of_length = |length| open::<State>(&"A".repeat(length), "status org_1", NOW).unwrap_err();
        assert_eq!(of_length(8_192), damaged());
        assert_eq!(of_length(8_193).message, "cursor is longer than 8 KiB");
    }

    #[test]
    fn every_changed_character_is_damage() {
        let cursor = sealed();
        let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_= '\"+/";
        for at in 0..cursor.len() {
            for digit in digits.bytes() {
                let mut changed = cursor.clone().into_bytes();
                changed[at] = digit;
                let changed = String::from_utf8(changed).unwrap();
                let opened = open::<State>(&changed, "status org_1", NOW);
                assert_eq!(opened.is_ok(), changed == cursor, "{at} {digit}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_refused(text in ".{0,80}") {
            prop_assert!(open::<State>(&text, "status", NOW).is_err());
        }
    }
}
