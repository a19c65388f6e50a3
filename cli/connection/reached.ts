/** The deployment that this program was told to call, once that is known: for whoever reports a failure. */
export const reached: { deployment: string | null } = { deployment: null };
