// An intervention: its effect, and its reason. The reason is recorded with the person.
import { useId, useRef, useState, type ComponentProps, type ReactNode } from 'react';
import { newId } from '../../shared/ids.js';
import { Actions, Button, Field, Notice, type ButtonKind } from '../../shared/ui/ui.js';
import styles from './ui.module.css';

type Props = {
  readonly label: string;
  readonly title: string;
  readonly explain: ReactNode;
  readonly kind?: ButtonKind;
  /** Returns the error, or null. The key stays the same until the request succeeds. */
  readonly act: (reason: string, key: string) => Promise<string | null>;
  readonly disabled?: boolean;
  /** An act without one is on record with its author alone. */
  readonly reason?: 'required' | 'optional';
  /** The reason until another one is typed. */
  readonly suggested?: string;
};

export function ReasonDialog({
  label,
  title,
  explain,
  kind = 'plain',
  act,
  disabled = false,
  reason: asks = 'required',
  suggested = '',
}: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const key = useRef<string | null>(null);
  const titleId = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const reason = typed ?? suggested;
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = async (): Promise<void> => {
    if (busy) return;
    if (asks === 'required' && reason.trim() === '') {
      setProblem('Give a reason: it stands in the audit log.');
      return;
    }
    setBusy(true);
    setProblem(null);
    key.current ??= newId();
    const failed = await act(reason.trim(), key.current).catch((error: unknown) => String(error));
    setBusy(false);
    setProblem(failed);
    if (failed !== null) return;
    key.current = null;
    setTyped(null);
    dialog.current?.close();
  };

  return (
    <>
      <Button kind={kind} disabled={disabled} onClick={() => dialog.current?.showModal()}>
        {label}
      </Button>
      <dialog ref={dialog} className={styles.dialog} aria-labelledby={titleId}>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <h2 id={titleId}>{title}</h2>
          <div>{explain}</div>
          <ReasonField
            label={asks === 'required' ? 'Reason' : 'Reason (optional)'}
            value={reason}
            onChange={setTyped}
          />
          <Problem text={problem} />
          <Actions>
            <Button type="submit" kind={kind === 'danger' ? 'danger' : 'primary'} busy={busy}>
              {label}
            </Button>
            <Button onClick={() => dialog.current?.close()}>Leave it</Button>
          </Actions>
        </form>
      </dialog>
    </>
  );
}

const Problem = ({ text }: { readonly text: string | null }) =>
  text === null ? null : (
    <Notice kind="bad" urgent>
      <p>{text}</p>
    </Notice>
  );

type ReasonFieldProps = Omit<ComponentProps<typeof Field>, 'onChange'> & {
  readonly onChange: (value: string) => void;
};

export const ReasonField = ({ onChange, ...field }: ReasonFieldProps) => (
  <Field
    {...field}
    maxLength={500}
    autoComplete="off"
    onChange={({ target }) => {
      onChange(target.value);
    }}
  />
);

/** The error in a mutation's result; null for success. */
export function problemOf(
  success: string,
  answer: { readonly __typename: string; readonly message?: string } | undefined,
  error: { readonly message: string } | undefined,
): string | null {
  if (answer === undefined) return error?.message ?? 'The server did not answer. Trying again is safe.';
  return answer.__typename === success ? null : (answer.message ?? 'That did not work.');
}
