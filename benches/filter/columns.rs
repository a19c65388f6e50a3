//! The organization filter and the count of what belongs, by columns: what passes is numbers about documents, and texts
//! only where they may matter. `scripts/bench filter` builds it and holds it against the same in plain TypeScript.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "no part of the library")]

use std::collections::HashSet;
use std::hash::{BuildHasher, DefaultHasher, Hasher};

use v2_rollout::Candidates;
use wasm_bindgen::prelude::*;

/// `SipHash` behind a random key: whoever chooses ids cannot choose ids that collide.
#[derive(Debug)]
struct Keyed(u32, u32);

impl BuildHasher for Keyed {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        let mut hasher = DefaultHasher::new();
        hasher.write_u32(self.0);
        hasher.write_u32(self.1);
        hasher
    }
}

const DIGEST_BITS: u32 = 18;

/// Which digests the ids of a set have, one bit each: 32 KiB, which the processor's cache holds. Different digests may
/// share a bit, and different ids a digest; it only says which ids are worth passing.
#[derive(Debug)]
struct Digests(Vec<u8>);

impl Digests {
    /// Byte and bit of a digest.
    fn place(digest: u32) -> (usize, u8) {
        // Fibonacci hashing: the upper bits of the product depend on all of the digest's.
        let slot = digest.wrapping_mul(0x9e37_79b1) >> (u32::BITS - DIGEST_BITS);
        (usize::try_from(slot / 8).unwrap_or(0), 1 << (slot % 8))
    }

    fn add(&mut self, digest: u32) {
        let (byte, bit) = Self::place(digest);
        if let Some(byte) = self.0.get_mut(byte) {
            *byte |= bit;
        }
    }

    fn may_have(&self, digest: u32) -> bool {
        let (byte, bit) = Self::place(digest);
        self.0.get(byte).is_some_and(|byte| byte & bit != 0)
    }
}

/// The artifacts of an organization, and what belongs to them. Texts are lines.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Artifacts {
    ids: HashSet<Box<str>, Keyed>,
    digests: Digests,
}

#[wasm_bindgen]
impl Artifacts {
    /// None yet; the key is random.
    #[wasm_bindgen(constructor)]
    pub fn new(key: u32, more_key: u32) -> Self {
        Self {
            ids: HashSet::with_hasher(Keyed(key, more_key)),
            digests: Digests(vec![0; 1 << (DIGEST_BITS - 3)]),
        }
    }

    /// Which rows are the organization's, by their [`Candidates`].
    pub fn rows(ids: &str, starts: &[u32], of: &[u32], organization_id: &str) -> Vec<u32> {
        let mut candidates = Candidates::new(ids, starts, of);
        let mut rows = Vec::new();
        while let Some(row) = candidates.first() {
            if candidates.name(row, organization_id) {
                rows.push(row);
            }
        }
        rows
    }

    /// Takes the organization's.
    pub fn add(&mut self, ids: &str, digests: &[u32]) {
        for digest in digests {
            self.digests.add(*digest);
        }
        self.ids.reserve(digests.len());
        self.ids.extend(ids.split_terminator('\n').map(Box::from));
    }

    /// Of which rows the id may be one of them, by its digest.
    #[wasm_bindgen(js_name = "rowsThatMayBelong")]
    pub fn rows_that_may_belong(&self, digests: &[u32]) -> Vec<u32> {
        let rows = (0..).zip(digests);
        rows.filter(|(_, digest)| self.digests.may_have(**digest))
            .map(|(row, _)| row)
            .collect()
    }

    /// How many ids are one of them.
    pub fn count(&self, ids: &str) -> usize {
        ids.split_terminator('\n')
            .filter(|id| self.ids.contains(*id))
            .count()
    }
}
