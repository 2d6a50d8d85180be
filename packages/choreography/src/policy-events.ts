// What all policies record alike. The types are those of the checkout: they mean the same in every process manager.
import type {
  StepAttemptFailed,
  StepFailed,
  StepRetried,
  StepSettled,
  StepUndone,
  UndoAdded,
  UndoStuck,
} from '@holdfast/checkout';

/** What became of a policy's commands. */
export type StepEvent =
  StepAttemptFailed | StepFailed | StepRetried | StepSettled | StepUndone | UndoAdded | UndoStuck;
