//! How far readers side by side may go.

#![expect(
    missing_docs,
    reason = "the macro adds a variant and a function to the words of `Turn`, without docs"
)]

use wasm_bindgen::prelude::wasm_bindgen;

use super::LARGEST_DOCUMENT_BYTES;

/// What a reader does that asks for its next document.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Read it.
    Read = "read",
    /// Wait until another reader has its document, and ask again.
    Wait = "wait",
    /// Tell [`Allowance::measured`] how many bytes all documents have that were read, and ask again.
    Measure = "measure",
    /// Read no more.
    Stop = "stop",
}

/// So many documents, and none once so many bytes were read. It is overdrawn by one document at most, however many
/// readers share it.
#[derive(Clone, Debug)]
pub struct Allowance {
    documents: u64,
    bytes: u64,
    read_documents: u64,
    /// Bytes that were read, a byte for each unit of text that is not measured.
    read_bytes: u64,
    unmeasured_units: u64,
    /// Documents that readers were let read, and have not yet.
    awaited: u64,
    is_new: bool,
}

enum Exceeds {
    Yes,
    No,
    Unknown,
}

impl Allowance {
    /// An allowance of so many documents and bytes. One document may always be read.
    pub fn new(documents: u64, bytes: u64) -> Self {
        Self {
            documents,
            bytes,
            read_documents: 0,
            read_bytes: 0,
            unmeasured_units: 0,
            awaited: 0,
            is_new: true,
        }
    }

    /// Asked before each document. A reader that is let [`Turn::Read`] answers with [`Self::read`] or
    /// [`Self::found_none`].
    pub fn turn(&mut self) -> Turn {
        let has_document = self.read_documents + self.awaited < self.documents;
        // Even if each of those under way has the largest size, this one fits as well.
        let kept = (self.awaited + 1).saturating_mul(LARGEST_DOCUMENT_BYTES);
        let fits = match self
            .bytes
            .checked_sub(kept)
            .map_or(Exceeds::Yes, |limit| self.exceeds(limit))
        {
            Exceeds::No => has_document,
            Exceeds::Yes => false,
            Exceeds::Unknown => return Turn::Measure,
        };
        if !fits {
            let is_spent = match self.exceeds(self.bytes.saturating_sub(1)) {
                Exceeds::Unknown => return Turn::Measure,
                Exceeds::Yes => true,
                Exceeds::No => !has_document,
            };
            if is_spent && !self.is_new {
                return Turn::Stop;
            }
            if !is_spent && self.awaited > 0 {
                return Turn::Wait;
            }
        }
        self.is_new = false;
        self.awaited += 1;
        Turn::Read
    }

    fn exceeds(&self, limit: u64) -> Exceeds {
        // In UTF-8 a unit takes one to three bytes.
        if self.read_bytes > limit {
            Exceeds::Yes
        } else if self
            .read_bytes
            .saturating_add(self.unmeasured_units.saturating_mul(2))
            <= limit
        {
            Exceeds::No
        } else {
            Exceeds::Unknown
        }
    }

    /// A document was read, of so many bytes and so many units of text that are not measured.
    pub fn read(&mut self, bytes: u64, units: u64) {
        self.awaited = self.awaited.saturating_sub(1);
        self.count(bytes, units);
    }

    /// A document was read that no reader asked for, whatever is left.
    pub fn count(&mut self, bytes: u64, units: u64) {
        self.read_documents += 1;
        self.read_bytes = self.read_bytes.saturating_add(bytes).saturating_add(units);
        self.unmeasured_units = self.unmeasured_units.saturating_add(units);
    }

    /// There was no document.
    pub fn found_none(&mut self) {
        self.awaited = self.awaited.saturating_sub(1);
    }

    /// All documents that were read have so many bytes.
    pub fn measured(&mut self, bytes: u64) {
        self.read_bytes = bytes;
        self.unmeasured_units = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Turn::{Measure, Read, Stop, Wait};

    const MIB: u64 = 1 << 20;

    #[test]
    fn one_reader() {
        // documents, bytes, what each document has (bytes, units), the turns
        for (documents, bytes, read, turns) in [
            (0, 0, &[(10, 0)][..], &[Read, Stop][..]),
            (1, 10 * MIB, &[(10, 0)], &[Read, Stop]),
            (2, 10 * MIB, &[(10, 0), (10, 0)], &[Read, Read, Stop]),
            (9, 1, &[(10, 0)], &[Read, Stop]),
            (9, 20, &[(10, 0), (9, 0), (1, 0)], &[Read, Read, Read, Stop]),
            (
                9,
                2 * MIB,
                &[(MIB, 0), (MIB - 1, 0), (1, 0)],
                &[Read, Read, Read, Stop],
            ),
            // Between one and three bytes a unit it is not known whether the next one fits.
            (9, 2 * MIB, &[(0, MIB / 3), (0, MIB / 3)], &[Read, Read, Measure]),
            (
                9,
                2 * MIB,
                &[(0, MIB / 4), (0, MIB / 4 + 1)],
                &[Read, Read, Measure],
            ),
        ] {
            let mut allowance = Allowance::new(documents, bytes);
            let mut told = Vec::new();
            for (bytes, units) in read {
                told.push(allowance.turn());
                allowance.read(*bytes, *units);
            }
            told.push(allowance.turn());
            assert_eq!(told, turns, "{documents} {bytes}");
        }
    }

    #[test]
    fn what_is_measured_decides() {
        for (bytes, turn) in [(MIB, Read), (2 * MIB - 1, Read), (2 * MIB, Stop)] {
            let mut allowance = Allowance::new(9, 2 * MIB);
            allowance.turn();
            allowance.read(0, MIB - 5);
            assert_eq!(allowance.turn(), Measure);
            allowance.measured(bytes);
            assert_eq!(allowance.turn(), turn, "{bytes}");
        }
    }

    #[test]
    fn readers_side_by_side_wait_for_room() {
        let mut allowance = Allowance::new(9, 2 * MIB + 1);
        let turns = [allowance.turn(), allowance.turn(), allowance.turn()];
        assert_eq!(turns, [Read, Read, Wait]);
        allowance.found_none();
        assert_eq!([allowance.turn(), allowance.turn()], [Read, Wait]);
        allowance.read(1, 0);
        allowance.read(1, 0);
        assert_eq!([allowance.turn(), allowance.turn()], [Read, Wait]);
        // One that nobody asked for counts, too, but not as the one that may always be read.
        let mut allowance = Allowance::new(1, 9 * MIB);
        allowance.count(10, 0);
        assert_eq!([allowance.turn(), allowance.turn()], [Read, Stop]);
        // Documents that are awaited count.
        let mut allowance = Allowance::new(2, 99 * MIB);
        assert_eq!(
            [allowance.turn(), allowance.turn(), allowance.turn()],
            [Read, Read, Stop]
        );
    }
}
