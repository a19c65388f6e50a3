/** Calls a function, such as `scripts/v2MigrationStatus:default`; throws CallFailed or NoAnswer. */
export type Transport = (name: string, args: object) => Promise<unknown>;
