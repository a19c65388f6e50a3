import type { Classes } from "../cli/dashboard/protocol.js";
import { number, percent } from "../cli/show/numbers.js";
import { classes } from "./words.js";

const presentIn = (migration: Classes) => classes.filter(({ key }) => migration[key] > 0);

/** `41 eligible, 3 not ready` */
export const inWords = (migration: Classes): string =>
  presentIn(migration)
    .map(({ key, label }) => `${number(migration[key])} ${label}`)
    .join(", ");

/** A bar of the classes, each as wide as its share; what it shows always stands in words beside it. */
export function ClassBar({ migration }: { migration: Classes }) {
  return (
    <div class="bar" aria-hidden="true">
      {presentIn(migration).map(({ key }) => (
        <span key={key} class={key} style={{ flexGrow: migration[key] }} />
      ))}
    </div>
  );
}

/** Every class with its number and what it means. */
export function ClassList({ migration, total }: { migration: Classes; total: number }) {
  return (
    <ul class="classes">
      {classes
        .filter(({ key }) => key === "migrated" || migration[key] > 0)
        .map(({ key, label, says }) => (
          <li key={key}>
            <span class={`swatch ${key}`} aria-hidden="true" />
            <span class="count">{number(migration[key])}</span>
            <span class="label">{label}</span>
            <span class="share">{percent(migration[key], total)}</span>
            <span class="quiet">{says}</span>
          </li>
        ))}
    </ul>
  );
}
