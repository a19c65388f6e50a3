/**
 * What a platform holds, row by row, and what a status of one of its organizations must therefore say. The
 * numbers are added up here while the rows are laid out, not counted from them.
 */

/** What a note is, in this order within every twenty of an organization: half of them are migrated. */
export const kinds = [
  ..."migrated ".repeat(10).trim().split(" "),
  ..."eligible ".repeat(5).trim().split(" "),
  "failed",
  "blank",
  "deferred",
  "blocked",
  "unfinished",
] as readonly Kind[];
export type Kind = "migrated" | "eligible" | "failed" | "blank" | "deferred" | "blocked" | "unfinished";

export const draftStatuses = ["applied", "confirmed", "expired", "pending", "rejected"] as const;

/** Every so many-th note of an organization. */
const EVERY_DUPLICATE = 40;
const EVERY_ORPHAN = 50;
/** Its artifact names the next organization, too. */
const EVERY_SHARED = 20;

/** No note. */
export const NONE = 0xffff_ffff;

/** A list of numbers that is read a million times. */
class Column {
  private values = new Uint32Array(1_024);
  length = 0;

  push(value: number): number {
    if (this.length === this.values.length) {
      const longer = new Uint32Array(this.length * 2);
      longer.set(this.values);
      this.values = longer;
    }
    this.values[this.length] = value;
    return this.length++;
  }

  at = (row: number): number => this.values[row] as number;
}

/** The counts of a status that do not depend on how it was counted. */
export type Counts = {
  notes: number;
  artifacts: number;
  transcripts: number;
  claims: number;
  resolutions: number;
  drafts: Record<(typeof draftStatuses)[number], number>;
  migration: {
    migrated: number;
    unfinished: number;
    notReady: number;
    deferred: number;
    blocked: number;
    eligible: number;
  };
  duplicates: number;
  orphans: number;
};

/** Rows of the six tables in the order of their creation; each says what it belongs to. */
export class Plan {
  readonly artifactNote = new Column();
  readonly artifactOrganization = new Column();
  /** The artifact names the organization behind its own as well. */
  readonly artifactIsShared = new Column();
  readonly artifactIsCompleted = new Column();
  readonly transcriptArtifact = new Column();
  readonly claimArtifact = new Column();
  readonly resolutionClaim = new Column();
  readonly draftClaim = new Column();
  readonly draftStatus = new Column();

  readonly truth: Counts = {
    notes: 0,
    artifacts: 0,
    transcripts: 0,
    claims: 0,
    resolutions: 0,
    drafts: { applied: 0, confirmed: 0, expired: 0, pending: 0, rejected: 0 },
    migration: { migrated: 0, unfinished: 0, notReady: 0, deferred: 0, blocked: 0, eligible: 0 },
    duplicates: 0,
    orphans: 0,
  };
  /** Artifacts linked to the organization's notes, whomever they name. */
  linked = 0;

  /** Of each organization `notes` notes, created in turn. `asked` is the organization that `truth` is about. */
  constructor(
    readonly organizations: number,
    notes: number,
    readonly asked: number,
  ) {
    this.notes = organizations * notes;
    for (let note = 0; note < this.notes; note++) this.addNote(note);
  }

  readonly notes: number;

  organizationOf = (note: number): number => note % this.organizations;
  kindOf = (note: number): Kind => kinds[Math.floor(note / this.organizations) % kinds.length] as Kind;

  private addNote(note: number): void {
    const organization = this.organizationOf(note);
    const nth = Math.floor(note / this.organizations);
    const kind = this.kindOf(note);
    const isAsked = organization === this.asked;
    if (isAsked) {
      this.truth.notes += 1;
      this.truth.migration[kind === "failed" || kind === "blank" ? "notReady" : kind] += 1;
    }
    if (kind === "migrated") {
      this.addMigrated(note, organization, nth % EVERY_SHARED === 3);
      if (nth % EVERY_DUPLICATE === 0) {
        this.addArtifact(note, organization, true, true, false);
        if (isAsked) this.truth.duplicates += 1;
      }
    }
    if (kind === "unfinished") this.addArtifact(note, organization, false, false, false);
    if (nth % EVERY_ORPHAN === 7) this.addClaims(this.addArtifact(NONE, organization, true, true, false), 1);
  }

  private addMigrated(note: number, organization: number, isShared: boolean): void {
    this.addClaims(this.addArtifact(note, organization, true, true, isShared), 2);
  }

  private addArtifact(
    note: number,
    organization: number,
    isCompleted: boolean,
    hasTranscript: boolean,
    isShared: boolean,
  ): number {
    const artifact = this.artifactNote.push(note);
    this.artifactOrganization.push(organization);
    this.artifactIsShared.push(isShared ? 1 : 0);
    this.artifactIsCompleted.push(isCompleted ? 1 : 0);
    if (hasTranscript) this.transcriptArtifact.push(artifact);
    const isOwn = organization === this.asked;
    const isNeighbours = isShared && !isOwn && this.neighbourOf(organization) === this.asked;
    if (isOwn || isNeighbours) {
      this.truth.artifacts += 1;
      if (hasTranscript) this.truth.transcripts += 1;
      if (isNeighbours || note === NONE) this.truth.orphans += 1;
    }
    if (isOwn && note !== NONE) this.linked += 1;
    return artifact;
  }

  neighbourOf = (organization: number): number => (organization + 1) % this.organizations;

  private addClaims(artifact: number, count: number): void {
    const isAsked = this.artifactOrganization.at(artifact) === this.asked;
    for (let n = 0; n < count; n++) {
      const claim = this.claimArtifact.push(artifact);
      const resolutions = (artifact + n) % 3;
      for (let m = 0; m < resolutions; m++) this.resolutionClaim.push(claim);
      const status = artifact % draftStatuses.length;
      if (n === 0) {
        this.draftClaim.push(claim);
        this.draftStatus.push(status);
      }
      if (!isAsked) continue;
      this.truth.claims += 1;
      this.truth.resolutions += resolutions;
      if (n === 0) this.truth.drafts[draftStatuses[status] as (typeof draftStatuses)[number]] += 1;
    }
  }
}
