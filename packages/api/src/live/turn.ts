// Whose turn it is to read a page, among all subscriptions of this process.
import { takingTurns } from '@holdfast/runtime';

export const turn = takingTurns({ soon: (run) => void setImmediate(run) });
