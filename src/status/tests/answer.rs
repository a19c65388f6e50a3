//! What a call is refused for, and what it is answered.

use super::*;

#[test]
fn a_wrong_call_is_refused_and_named() {
    let mut fresh = StatusScan::new(call(None)).unwrap();
    let mut looking_up = scan_at(Range::Claims);
    looking_up.feed_claims(2, last("c0")).unwrap();
    rows_asked_for(&mut looking_up);
    for (refused, message) in [
        (
            fresh.feed_notes(vec![], last("")),
            "feedNotes: no page was asked for",
        ),
        (
            fresh.feed_documents(0, &complete(0)),
            "feedDocuments: no lookups were asked for",
        ),
        (
            scan_at(Range::Notes).feed_claims(0, last("")),
            "feedClaims: a page of Notes was asked for",
        ),
        (
            scan_at(Range::Drafts).feed_flags(&[], last("")),
            "feedFlags: a page of Drafts was asked for",
        ),
        (
            scan_at(Range::Artifacts).feed_artifacts(&[], 0, &[1], last("")),
            "candidate counts add up to 1, but there are 0 organizationIds",
        ),
        (
            looking_up.feed_documents(0, &complete(3)),
            "feedDocuments: complete is 3, but 2 rows were asked for",
        ),
        (
            looking_up.feed_linked_artifacts(&[], &complete(0)),
            "feedLinkedArtifacts: no artifacts of notes were asked for",
        ),
    ] {
        assert_eq!(refused.unwrap_err().0, message);
    }
}

#[test]
fn an_answer_tells_what_was_counted_and_what_to_do() {
    let [first, second] = FlagKey::ALL;
    let mut scan = counted(|state| {
        state.sums.classes.migrated = 1;
        state.sums.artifacts = 4;
        state.flags.get_mut(first).organization = Some(FlagValue::On);
        state.flags.get_mut(second).organization = Some(FlagValue::Off);
        state.flags.get_mut(second).platform = Some(FlagValue::On);
    });
    let answer = scan.answer(None, &Transaction::default()).unwrap();
    assert_eq!((answer.gap, answer.orphans, answer.done), (-3.0, 4, true));
    assert_eq!(
        (
            answer.feature_flags.voice_notes,
            answer.feature_flags.entity_resolution
        ),
        (true, false)
    );
    assert_eq!((answer.verdict, answer.cursor), (Some(Verdict::Complete), None));

    // What is not complete is refused at the end, not on the way.
    let mut scan = counted(|state| state.sums.classes.eligible = 1);
    let refusal = scan.answer(None, &Transaction::default()).unwrap_err();
    assert_eq!(refusal.code, crate::refusal::Code::NotComplete);
    scan.state.place -= 1;
    let answer = scan.answer(None, &Transaction::default()).unwrap();
    assert_eq!(
        answer.warnings,
        ["these are sums so far, not the result: call again with `cursor` to go on"]
    );
}

#[test]
fn every_number_that_needs_a_person_has_a_warning() {
    type Change = fn(&mut State);
    // what is counted, how its warning begins
    let table: [(Change, &str); 9] = [
        (
            |state| state.sums.duplicates = 1,
            "1 note has more than one linked artifact",
        ),
        (
            |state| state.sums.duplicates = 2,
            "2 notes have more than one linked artifact",
        ),
        (
            |state| state.sums.artifacts = 3,
            "3 artifacts belong to no note of the organization",
        ),
        (
            |state| state.sums.classes.unfinished = 1,
            "1 note is unfinished (see `samples`)",
        ),
        (
            |state| state.sums.classes.deferred = 1,
            "1 note is deferred (see `samples`)",
        ),
        (
            |state| state.sums.classes.blocked = 2,
            "2 notes are blocked (see `samples`)",
        ),
        (
            |state| state.malformed.voice_note_claims.add("c1", "topic"),
            "1 malformed document in voiceNoteClaims (`c1: topic`)",
        ),
        (
            |state| state.malformed_linked.add("k1", "status"),
            "1 malformed document in voiceNoteArtifacts (`k1: status`)",
        ),
        (
            |state| {
                state.malformed.voice_note_artifacts.add("k1", "status");
                state.malformed_linked.add("k2", "status");
            },
            "2 malformed documents in voiceNoteArtifacts (`k1: status`, `k2: status`)",
        ),
    ];
    let warnings = |change: Change| {
        let mut scan = counted(change);
        scan.check = false;
        scan.answer(None, &Transaction::default()).unwrap().warnings
    };
    assert_eq!(warnings(|_| ()), [""; 0]);
    for (change, beginning) in table {
        let told = warnings(change);
        assert!(
            matches!(&told[..], [one] if one.starts_with(beginning)),
            "{beginning}: {told:?}"
        );
    }
}
