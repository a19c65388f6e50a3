// @ts-check

/**
 * The kinds of notes, by the class that a migration puts them in. A kind is one way into its class.
 *
 * @type {Record<string, string>}
 */
export const classOfKind = {
  finished: "migrated",
  finishedTwice: "migrated",
  inFlight: "unfinished",
  brokenOff: "unfinished",
  failedArtifact: "unfinished",
  transcriptionFailed: "notReady",
  transcriptionAbsent: "notReady",
  textBlank: "notReady",
  textAbsent: "notReady",
  transcriptionPending: "deferred",
  transcriptionProcessing: "deferred",
  insightsPending: "deferred",
  insightsProcessing: "deferred",
  insightsAwaitingConfirmation: "deferred",
  coachAbsent: "blocked",
  insightsCancelled: "blocked",
  ready: "eligible",
  readyWithoutInsights: "eligible",
};

/**
 * @typedef {object} Club
 * @property {string} organizationId
 * @property {string} name
 * @property {string} slug
 * @property {string[]} coaches
 * @property {string[]} teams
 * @property {Record<string, number>} notes How many of each kind.
 * @property {number} strays Artifacts that no note is linked to.
 * @property {Record<string, boolean>} flags Rows at the scope of the organization.
 */

/** @type {Club[]} */
export const clubs = [
  {
    // Everything there is: the v2 pipeline was tried here, and left its traces.
    organizationId: "org_cluain_darach",
    name: "Cluain Darach GAA",
    slug: "cluain-darach-gaa",
    coaches: ["Aoife Ní Bhriain", "Pádraig Ó Sé", "Siobhán Keane", "Declan Foley"],
    teams: ["Under 12 hurling", "Under 14 football", "Minor hurling", "Senior football"],
    notes: {
      finished: 17,
      finishedTwice: 1,
      inFlight: 2,
      brokenOff: 3,
      failedArtifact: 2,
      transcriptionFailed: 3,
      transcriptionAbsent: 2,
      textBlank: 2,
      textAbsent: 1,
      transcriptionPending: 1,
      transcriptionProcessing: 1,
      insightsPending: 2,
      insightsProcessing: 1,
      insightsAwaitingConfirmation: 3,
      coachAbsent: 3,
      insightsCancelled: 2,
      ready: 86,
      readyWithoutInsights: 18,
    },
    strays: 2,
    flags: {},
  },
  {
    // Somebody switched one flag on by hand and left the other off.
    organizationId: "org_baile_na_coille",
    name: "Baile na Coille Camogie Club",
    slug: "baile-na-coille-camogie",
    coaches: ["Gráinne Walsh", "Niamh Ó Dálaigh", "Orla Tierney"],
    teams: ["Under 10", "Under 16", "Intermediate"],
    notes: {
      finished: 34,
      brokenOff: 1,
      transcriptionFailed: 2,
      textBlank: 1,
      insightsAwaitingConfirmation: 2,
      coachAbsent: 1,
      ready: 33,
      readyWithoutInsights: 6,
    },
    strays: 0,
    flags: { voice_notes_v2: true, entity_resolution_v2: false },
  },
  {
    // Nothing done yet, and nothing that a person must decide first.
    organizationId: "org_port_rua",
    name: "Port Rua Rovers FC",
    slug: "port-rua-rovers",
    coaches: ["Ciarán Mac Mathúna", "Róisín Duffy"],
    teams: ["Under 13", "Reserves", "First team"],
    notes: {
      transcriptionFailed: 2,
      transcriptionAbsent: 1,
      transcriptionPending: 1,
      ready: 37,
      readyWithoutInsights: 4,
    },
    strays: 0,
    flags: {},
  },
  {
    // All done.
    organizationId: "org_dun_garbh",
    name: "Dún Garbh RFC",
    slug: "dun-garbh-rfc",
    coaches: ["Fionn Hartigan", "Méabh Lavin"],
    teams: ["Youths", "Women's first fifteen"],
    notes: { finished: 28, transcriptionFailed: 1, textAbsent: 1 },
    strays: 0,
    flags: { voice_notes_v2: true, entity_resolution_v2: true },
  },
];

export const staff = { subject: "user_staff", name: "Una Breathnach" };
