// The small parts that both sites are made of.
import { useEffect, useId, useRef, type ComponentProps, type ReactNode } from 'react';
import styles from './ui.module.css';

export const classes = (...names: readonly (string | false | null | undefined)[]): string =>
  names.filter(Boolean).join(' ');

export type ButtonKind = 'plain' | 'primary' | 'danger' | 'quiet' | 'link';

export const buttonClass = (kind: ButtonKind = 'plain'): string =>
  kind === 'link' ? classes(styles.link) : classes(styles.button, kind !== 'plain' && styles[kind]);

type ButtonProps = ComponentProps<'button'> & {
  readonly kind?: ButtonKind;
  /** The action is under way: the button keeps the focus and takes no click. */
  readonly busy?: boolean;
};

export function Button({ kind, busy = false, onClick, className, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-disabled={busy || undefined}
      className={classes(buttonClass(kind), className)}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    />
  );
}

type FieldProps = Omit<ComponentProps<'input'>, 'id'> & {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  /** Instead of an input, with the properties that tie it to its label. */
  readonly control?: (tied: {
    readonly id: string;
    readonly className: string;
    readonly 'aria-invalid': boolean | undefined;
    readonly 'aria-describedby': string | undefined;
  }) => ReactNode;
};

export function Field({ label, hint, error, control, className, ...input }: FieldProps) {
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`];
  const tied = {
    id,
    className: classes(styles.input),
    'aria-invalid': error !== undefined || undefined,
    'aria-describedby': described.filter(Boolean).join(' ') || undefined,
  };
  return (
    <div className={classes(styles.field, className)}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      {control === undefined ? <input {...input} {...tied} /> : control(tied)}
      {hint !== undefined && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p id={`${id}-error`} className={styles.error}>
          {error}
        </p>
      )}
    </div>
  );
}

type NoticeProps = {
  readonly kind?: 'good' | 'bad' | 'warn' | undefined;
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  /** The outcome of the last action: announced at once, with the focus. */
  readonly urgent?: boolean;
};

export function Notice({ kind, title, children, urgent = false }: NoticeProps) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (urgent) ref.current?.focus();
  }, [urgent]);
  return (
    <div
      ref={ref}
      tabIndex={-1}
      role={urgent ? 'alert' : undefined}
      className={classes(styles.notice, kind !== undefined && styles[kind])}
    >
      {title !== undefined && <h2>{title}</h2>}
      {children}
    </div>
  );
}

export const Actions = ({ children }: { readonly children: ReactNode }) => (
  <div className={styles.actions}>{children}</div>
);

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'plain';

export const Chip = ({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) => (
  <span className={styles.chip} data-tone={tone}>
    {children}
  </span>
);

export const Hidden = ({ children }: { readonly children: ReactNode }) => (
  <span className={styles.hidden}>{children}</span>
);

/** Loading, failed and empty are three things, and never look alike. */
export const Loading = ({ label }: { readonly label: string }) => (
  <div className={styles.state} role="status">
    <span className={styles.spinner} aria-hidden="true" />
    <p>{label}</p>
  </div>
);

/** Asks again, past the cache: `again` of a query fits. */
export type Retry = (options: { readonly requestPolicy: 'network-only' }) => void;

export const Failed = ({
  title,
  message,
  retry,
  onRetry,
}: {
  readonly title: string;
  readonly message: string;
  readonly retry: string;
  readonly onRetry: Retry;
}) => (
  <div className={styles.state} role="alert">
    <h2>{title}</h2>
    <p>{message}</p>
    <Button
      onClick={() => {
        onRetry({ requestPolicy: 'network-only' });
      }}
    >
      {retry}
    </Button>
  </div>
);

export const Empty = ({ title, children }: { readonly title: string; readonly children?: ReactNode }) => (
  <div className={styles.state}>
    <h2>{title}</h2>
    {children}
  </div>
);

/** Sets the title of the page, and moves the focus to its heading when a link led here. */
export function Heading({ children, title }: { readonly children: ReactNode; readonly title: string }) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    if (navigated) ref.current?.focus({ preventScroll: true });
    navigated = true;
  }, []);
  return (
    <h1 ref={ref} tabIndex={-1}>
      {children}
    </h1>
  );
}

/** Not for the first page: there the browser says where the person is. */
let navigated = false;
