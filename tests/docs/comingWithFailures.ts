/**
 * What the documents say already and the sources do not know yet: a field of docs/reference.md as `section: field: type`, a
 * word as `section: word`, an export of a template as `template: name`. Empty when they know it.
 */
export const comingWithFailures: readonly string[] = [];
