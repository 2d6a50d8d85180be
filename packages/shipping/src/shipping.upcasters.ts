// Lifts stored events of older versions to their present shape. None has changed yet.
import type { Upcasters } from '@holdfast/kernel';

export const upcasters: Upcasters = {};
