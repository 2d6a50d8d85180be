// Shown in place of data that is not loaded.
import { Failed, Loading, type Retry } from '../shared/ui/ui.js';
import { useSpeech } from './words/words.js';

/** Loading, or that the connection is away and how to try again. */
export function Unloaded({ error, again }: { readonly error: unknown; readonly again: Retry }) {
  const { words } = useSpeech();
  return error === undefined ? (
    <Loading label={words.states.loading} />
  ) : (
    <Failed
      title={words.states.failed}
      message={words.connection.awayMore}
      retry={words.states.retry}
      onRetry={again}
    />
  );
}
