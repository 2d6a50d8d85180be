// Raised versions on the embedded read store.
import { describeGenerations } from './test/generations.js';

describeGenerations('embedded', ({ readStore }) => readStore);
