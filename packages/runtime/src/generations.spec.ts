// Raised versions on the embedded read store.
import { describeGenerations } from './generations.fixture.js';

describeGenerations('embedded', ({ readStore }) => readStore);
