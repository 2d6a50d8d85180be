// Lets the subscriptions of this process read their pages of the log in turns.
import { takingTurns } from '@holdfast/runtime';

// eslint-disable-next-line no-restricted-globals -- only lets other work run: nothing depends on when this one continues
export const turn = takingTurns({ soon: (run) => void setImmediate(run) });
