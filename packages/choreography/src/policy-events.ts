// Events that all policies record. The checkout has the same types: they mean the same in every process manager.
import type {
  StepAttemptFailed,
  StepFailed,
  StepRetried,
  StepSettled,
  StepUndone,
  UndoAdded,
  UndoStuck,
} from '@holdfast/checkout';

/** The outcomes of a policy's commands. */
export type StepEvent =
  StepAttemptFailed | StepFailed | StepRetried | StepSettled | StepUndone | UndoAdded | UndoStuck;
