//! One transaction of a status, as `reading/status.ts` carries it out.

use v2_rollout::{
    Found, LinkedArtifact, NoteToCount, OpenLookUp, Page, PageStart, Range, StatusAnswer, StatusCall,
    StatusScan, StatusStep,
};

use super::database::{
    ALL, Artifact, BY_ORGANIZATION, BY_PARENT, Claim, Database, Document, Draft, Flag, Has, Id, Note,
    Resolution, Row, Scope, Transcript, flag_key,
};
use super::migration::facts;
use super::organization_id;
use super::transaction::{Ctx, Meter, Readers, Result, position_of, read_behind};

/// The page at hand: where it began, and the ids and positions of its documents.
struct AtHand {
    began: Option<String>,
    documents: Vec<(Id, String)>,
}

impl AtHand {
    fn behind(&self, rows: usize) -> Option<String> {
        match rows.checked_sub(1).and_then(|at| self.documents.get(at)) {
            Some((_, position)) => Some(position.clone()),
            None => self.began.clone(),
        }
    }
}

/// Counts as much of an organization as this transaction may read.
pub fn page(ctx: &mut Ctx<'_>, organization: u8, call: StatusCall) -> Result<StatusAnswer> {
    let mut scan = StatusScan::new(call)?;
    let mut meter = Meter::default();
    let mut at_hand: Option<AtHand> = None;
    let mut step = scan.next(meter.told(ctx));
    loop {
        match step {
            StatusStep::ReadPage {
                range,
                from,
                documents,
                bytes,
            } => {
                let began = match from {
                    PageStart::Start => None,
                    PageStart::PageBefore => at_hand
                        .as_ref()
                        .and_then(|page| page.behind(page.documents.len())),
                    PageStart::Position { position } => Some(position),
                };
                let mut readers = Readers::new(documents, bytes);
                let read = read_page(
                    ctx,
                    &mut meter,
                    &mut scan,
                    organization,
                    range,
                    began.as_deref(),
                    &mut readers,
                )?;
                at_hand = Some(AtHand {
                    began,
                    documents: read,
                });
            }
            StatusStep::LookUp {
                range,
                rows,
                after,
                documents,
                bytes,
                ..
            } => {
                let page = at_hand.as_ref().unwrap();
                let parents: Vec<_> = rows
                    .iter()
                    .map(|row| page.documents[usize::try_from(*row).unwrap()].0)
                    .collect();
                let mut readers = Readers::new(documents, bytes);
                let after = after.as_deref();
                match range {
                    Range::Notes => {
                        let (found, artifacts) = look_up(ctx, &mut meter, &parents, after, &mut readers)?;
                        scan.feed_linked_artifacts(&linked(&artifacts), &found).unwrap();
                    }
                    Range::Artifacts => {
                        let (found, rows) =
                            look_up::<Transcript>(ctx, &mut meter, &parents, after, &mut readers)?;
                        scan.feed_documents(count(&rows), &found).unwrap();
                    }
                    _ => {
                        let (found, rows) =
                            look_up::<Resolution>(ctx, &mut meter, &parents, after, &mut readers)?;
                        scan.feed_documents(count(&rows), &found).unwrap();
                    }
                }
            }
            StatusStep::Pause { rows } => {
                let position = match (&at_hand, rows) {
                    (Some(page), Some(rows)) => page.behind(usize::try_from(rows).unwrap()),
                    _ => None,
                };
                return Ok(scan.answer(position.as_deref(), meter.told(ctx))?);
            }
            StatusStep::Done => return Ok(scan.answer(None, meter.told(ctx))?),
        }
        step = scan.next(meter.counted(ctx));
    }
}

fn count<T>(rows: &[Vec<T>]) -> u32 {
    u32::try_from(rows.iter().map(Vec::len).sum::<usize>()).unwrap()
}

fn linked(artifacts: &[Vec<Row<Artifact>>]) -> Vec<LinkedArtifact> {
    let of_notes = (0..).zip(artifacts);
    of_notes
        .flat_map(|(note, artifacts)| {
            artifacts.iter().map(move |artifact| LinkedArtifact {
                note,
                is_completed: artifact.document.is_completed,
                organization_ids: ids_of(artifact),
            })
        })
        .collect()
}

fn ids_of(artifact: &Row<Artifact>) -> Vec<String> {
    let organizations = artifact.document.organizations.iter();
    organizations.map(|one| organization_id(*one).into()).collect()
}

/// Reads a page of a range and feeds it. Answers its documents.
fn read_page(
    ctx: &mut Ctx<'_>,
    meter: &mut Meter,
    scan: &mut StatusScan,
    organization: u8,
    range: Range,
    began: Option<&str>,
    readers: &mut Readers,
) -> Result<Vec<(Id, String)>> {
    let of_organization = (BY_ORGANIZATION, u64::from(organization));
    let flags = |key, scope| (BY_PARENT, flag_key(key, scope));
    let source = match range {
        Range::PlatformFlags { key } => flags(key, Scope::Platform),
        Range::OrganizationFlags { key } => flags(key, Scope::Organization(organization)),
        Range::UserFlags { key } => flags(key, Scope::User),
        Range::Artifacts => (ALL, 0),
        Range::Notes | Range::Claims | Range::Drafts => of_organization,
    };
    let most = usize::MAX;
    Ok(match range {
        Range::PlatformFlags { .. } | Range::OrganizationFlags { .. } | Range::UserFlags { .. } => {
            let read = read_behind::<Flag>(ctx, meter, source, began, readers, most)?;
            let values: Vec<_> = read.rows.iter().map(|row| row.document.value).collect();
            scan.feed_flags(&values, page_of(&read.rows, read.is_last))
                .unwrap();
            places(&read.rows)
        }
        Range::Notes => {
            let read = read_behind::<Note>(ctx, meter, source, began, readers, most)?;
            let notes = read.rows.iter().map(|row| NoteToCount {
                id: row.id.to_string(),
                facts: facts(row),
            });
            let page = page_of(&read.rows, read.is_last);
            scan.feed_notes(notes.collect(), page).unwrap();
            places(&read.rows)
        }
        Range::Artifacts => {
            let read = read_behind::<Artifact>(ctx, meter, source, began, readers, most)?;
            let counts: Vec<_> = read
                .rows
                .iter()
                .map(|row| u32::try_from(row.document.organizations.len()).unwrap())
                .collect();
            let candidates: Vec<_> = read
                .rows
                .iter()
                .flat_map(|row| &row.document.organizations)
                .collect();
            let named: Vec<_> = (0..)
                .zip(&candidates)
                .filter(|(_, one)| ***one == organization)
                .map(|(at, _)| at)
                .collect();
            let all = u32::try_from(candidates.len()).unwrap();
            let page = page_of(&read.rows, read.is_last);
            scan.feed_artifacts(&named, all, &counts, page).unwrap();
            places(&read.rows)
        }
        Range::Claims => {
            let read = read_behind::<Claim>(ctx, meter, source, began, readers, most)?;
            let claims = u32::try_from(read.rows.len()).unwrap();
            scan.feed_claims(claims, page_of(&read.rows, read.is_last))
                .unwrap();
            places(&read.rows)
        }
        Range::Drafts => {
            let read = read_behind::<Draft>(ctx, meter, source, began, readers, most)?;
            let statuses: Vec<_> = read.rows.iter().map(|row| row.document.status).collect();
            scan.feed_drafts(&statuses, page_of(&read.rows, read.is_last))
                .unwrap();
            places(&read.rows)
        }
    })
}

fn places<D>(rows: &[Row<D>]) -> Vec<(Id, String)> {
    rows.iter().map(|row| (row.id, position_of(row))).collect()
}

fn page_of<D>(rows: &[Row<D>], is_last: bool) -> Page {
    Page {
        first_id: rows.first().map(|row| row.id.to_string()),
        is_last,
        malformed: Vec::new(),
    }
}

/// Looks up what belongs to these documents, one after the other.
fn look_up<D: Document>(
    ctx: &mut Ctx<'_>,
    meter: &mut Meter,
    parents: &[Id],
    after: Option<&str>,
    readers: &mut Readers,
) -> Result<(Found, Vec<Vec<Row<D>>>)>
where
    Database: Has<D>,
{
    let mut found = Found::default();
    let mut lists = Vec::new();
    for (at, parent) in parents.iter().enumerate() {
        let after = after.filter(|_| at == 0);
        let read = read_behind::<D>(ctx, meter, (BY_PARENT, parent.key()), after, readers, usize::MAX)?;
        let last = read.rows.last().map(position_of);
        lists.push(read.rows);
        if !read.is_last {
            found.open = last.map(|after| OpenLookUp {
                id: parent.to_string(),
                after,
            });
            break;
        }
        found.complete += 1;
    }
    Ok((found, lists))
}
