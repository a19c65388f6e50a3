// @ts-check

export const players = [
  "Seán Ó Ceallaigh",
  "Caoimhe Burke",
  "Tadhg Mulvey",
  "Saoirse Nolan",
  "Oisín Devane",
  "Clodagh Roche",
  "Eoin Ó Murchú",
  "Ailbhe Scanlon",
  "Donnacha Prior",
  "Sadhbh Kinsella",
  "Cormac Tuohy",
  "Muireann Shiel",
];

export const openings = [
  "Good session with the {team} this evening, the ground was heavy but nobody gave out.",
  "Notes after the match, {team}: we were slow for twenty minutes and then found our feet.",
  "Quick one from the car park. The {team} trained for an hour, fourteen of them turned up.",
  "The {team} had a wet night of it, so we kept to handling and short passing.",
];

/**
 * What a coach says of a player, and what the old pipeline made of it. Categories are of the old pipeline:
 * some are topics of the new one, some go by another name there, and some are missing or unknown.
 *
 * @type {{ said: string, title: string, category?: string, action?: string }[]}
 */
export const remarks = [
  {
    said: "{player} is carrying that hamstring again and should sit out Saturday.",
    title: "Hamstring strain",
    category: "injury",
    action: "Rest until Saturday week, then a fitness test",
  },
  {
    said: "{player} is striking off the left side cleanly now, that was the winter's work.",
    title: "Left side striking",
    category: "skills",
    action: "Move on to striking under pressure",
  },
  {
    said: "{player} missed two sessions, the exams are on.",
    title: "Two sessions missed",
    category: "attendance",
  },
  {
    said: "{player} was a bit low this week, I had a word and will ring home.",
    title: "Low mood",
    category: "mental_health",
    action: "Ring the parents",
  },
  {
    said: "{player} took the young ones under a wing, a great example.",
    title: "Led by example",
    category: "behaviour",
  },
  {
    said: "{player} got up to level ten in the run, two better than in March.",
    title: "Endurance up two levels",
    category: "physical",
  },
  {
    said: "{player} must track the runner when we lose the ball.",
    title: "Tracking back",
    category: "tactical",
  },
  {
    said: "{player}'s mother asked about lifts to the away match.",
    title: "Lifts to the away match",
    category: "parent",
    action: "Answer by Thursday",
  },
  {
    said: "Order new bibs before the blitz, {player} has the list.",
    title: "Order bibs",
    category: "action_item",
    action: "Order twelve bibs",
  },
  { said: "{player} had a quiet hour.", title: "Quiet hour" },
  { said: "{player} played well between the lines.", title: "Played well", category: "other" },
];
