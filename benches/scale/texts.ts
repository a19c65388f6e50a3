/** Texts of the data sets, shared by many documents. */

import { share } from "../database/size.js";

const KIND = 128;
const SMALLEST = 1_024;
const LARGEST = 20 * 1_024;

/** No document is larger than the longest transcript, twice, with the fields of its segments. */
export const LARGEST_DOCUMENT_BYTES = 3 * LARGEST;

const sentences = [
  "Seán was sharp in the first half and tracked back well after the break. ",
  "We worked on kick-outs for twenty minutes and the midfield still leaves a gap on the left. ",
  "Aoife came off holding her ankle, she says it is fine but I want her looked at before Sunday. ",
  "Good voice from the full-back line today, much better than last week. ",
  "Remind me to ring Ciara's parents about the away game and the lift home. ",
  "The under-fourteens need more ball in hand, too much standing around in the drills. ",
];

let prose = "";
while (prose.length < LARGEST) prose += sentences[(prose.length * 7) % sentences.length];

/** A text of so many characters that shares no memory with others: a slice would be copied each time that
 * it is read. */
const textOf = (length: number): string => share(Buffer.from(prose.slice(0, length)).toString());

const WORDS_A_SEGMENT = 24;

function segmentsOf(text: string) {
  const words = text.split(" ");
  const segments = [];
  for (let at = 0; at < words.length; at += WORDS_A_SEGMENT) {
    const startTime = at * 0.4;
    segments.push({
      text: words.slice(at, at + WORDS_A_SEGMENT).join(" "),
      startTime,
      endTime: startTime + WORDS_A_SEGMENT * 0.4,
      confidence: 0.93,
    });
  }
  return share(segments);
}

/** Transcripts of 1 to 20 KB, each whole and as the segments that a transcriber returns. As many have 1 to 2 KB
 * as 10 to 20: most notes are short. */
const transcripts = Array.from({ length: KIND }, (_, at) => {
  const fullText = textOf(Math.round(SMALLEST * (LARGEST / SMALLEST) ** (at / (KIND - 1))));
  return { fullText, segments: segmentsOf(fullText) };
});

/** The transcript of a note. Neighbours differ in size as they do in life. */
export const transcriptOf = (note: number) => transcripts[(note * 37) % KIND] as (typeof transcripts)[number];

/** A short text: what a claim, an insight or a draft says. */
export const sentenceOf = (n: number): string => sentences[n % sentences.length] as string;

/** The insights that the old pipeline left in a note. */
const insights = Array.from({ length: 8 }, (_, at) =>
  share(
    Array.from({ length: 2 }, (_, n) => ({
      id: `insight_${at}_${n}`,
      title: "Ankle, to be looked at",
      description: sentenceOf(at + n),
      category: n === 0 ? "injury" : "performance",
      recommendedUpdate: sentenceOf(at + n + 1),
      confidence: 0.9,
      status: "pending",
      playerIdentityId: `player_${at}`,
      playerName: "Aoife Ní Bhriain",
    })),
  ),
);

export const insightsOf = (note: number) => insights[note % insights.length] as (typeof insights)[number];
