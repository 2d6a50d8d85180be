// The one measure of how long specs wait. Limits in specs are those of an idle machine: they tell what a spec expects.

/** Multiplies every limit of a spec and of `eventually`. On a busy machine everything takes longer; only a failing spec waits. */
export const patience = Number(process.env['SPEC_PATIENCE'] ?? 6);
