import { v } from "convex/values";

import type { Code, FlagKey, FlagReason, Limit } from "../core.js";

/**
 * True where a validator accepts exactly the core's type. Each answer's validator is held to it, so that a field that
 * one of them lacks is an error of the compiler's.
 */
export type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;

export const nullable = <T extends Parameters<typeof v.union>[0]>(value: T) => v.union(value, v.null());

export const byKey = <T extends Parameters<typeof v.union>[0]>(value: T) =>
  v.object({ voice_notes_v2: value, entity_resolution_v2: value });

/** One of these words. */
export const oneOf = <const Words extends readonly string[]>(...words: Words) =>
  v.union(...words.map((word) => v.literal(word as Words[number])));

export const flagKey = () => oneOf("voice_notes_v2", "entity_resolution_v2");
export const errorCode = () =>
  oneOf(
    "INVALID_ARGUMENT",
    "ORGANIZATION_NOT_FOUND",
    "LOOKUP_FAILED",
    "FORBIDDEN",
    "INVALID_CURSOR",
    "NOT_COMPLETE",
    "RUN_EXISTS",
    "RUN_NOT_FOUND",
    "RUN_STATE",
    "OVERRULED",
    "MALFORMED_DOCUMENT",
    "INTERNAL",
  );

export const limit = () =>
  oneOf(
    "documentsRead",
    "bytesRead",
    "databaseQueries",
    "documentsWritten",
    "bytesWritten",
    "functionsScheduled",
    "scheduledFunctionArgsBytes",
    "userTime",
    "memory",
    "deadline",
  );

const flagReason = () => oneOf("ENVIRONMENT", "PLATFORM", "ORGANIZATION", "DEFAULT");

/** Made where it is used: this file is loaded in every call. */
export const effective = () => byKey(v.object({ enabled: v.boolean(), reason: flagReason() }));

type Word<Make extends () => { type: unknown }> = ReturnType<Make>["type"];

true satisfies Same<Word<typeof flagKey>, FlagKey>;
true satisfies Same<Word<typeof flagReason>, FlagReason>;
true satisfies Same<Word<typeof errorCode>, Code>;
true satisfies Same<Word<typeof limit>, Limit>;
