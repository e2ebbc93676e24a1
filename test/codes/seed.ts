/** Seed of the property tests here; set ARCGATE_SEED to replay a run. fast-check prints it with each failure. */
export const SEED = Number(process.env.ARCGATE_SEED ?? 20_240_983);
