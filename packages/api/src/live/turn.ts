// Lets the subscriptions of this process read their pages of the log in turns.
import { takingTurns } from '@holdfast/runtime';

export const turn = takingTurns({ soon: (run) => void setImmediate(run) });
