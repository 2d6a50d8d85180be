// Signing in and making an account. Afterwards a person goes on where they were.
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useSession, useSessionState } from '../../../shared/api/provider.js';
import { NotReached } from '../../../shared/api/session.js';
import { fieldErrors, useForm, type Errors } from '../../../shared/ui/form.js';
import { Button, Field, Heading, Notice } from '../../../shared/ui/ui.js';
import { refusalText } from '../../basket/refusals.js';
import { givenEmail } from '../../order/offer-account.js';
import type { Words } from '../../words/en.js';
import { useSpeech } from '../../words/words.js';
import { shortestPassword } from './passwords.js';
import styles from './sign-in-page.module.css';

const names = ['name', 'email', 'password'] as const;
type Name = (typeof names)[number];
type Values = Readonly<Record<Name, string>>;

const check =
  (words: Words, isNew: boolean) =>
  ({ name, email, password }: Values): Errors<Name> => ({
    ...(isNew && name.trim() === '' && { name: words.refused.required }),
    ...(!/^\S+@\S+\.\S+$/.test(email) && {
      email: email === '' ? words.refused.required : words.refused.email,
    }),
    ...(password === '' && { password: words.refused.required }),
    ...(isNew &&
      password !== '' &&
      password.length < shortestPassword && { password: words.refused.password }),
  });

/** Only to a page of this shop. */
const safe = (next: string | undefined): string =>
  next !== undefined && /^\/(?![/\\])/.test(next) ? next : '/';

export function SignInPage() {
  const { words } = useSpeech();
  const { next, new: isNew } = useSearch({ from: '/sign-in' });
  const state = useSessionState();
  const navigate = useNavigate();
  const isPerson = state.status === 'signed-in';
  useEffect(() => {
    if (isPerson) void navigate({ to: safe(next), replace: true });
  }, [isPerson, next, navigate]);
  const title = isNew === undefined ? words.account.signIn : words.account.register;
  const where = next === undefined ? {} : { next };
  return (
    <div className={styles.page}>
      <Heading title={words.title(title)}>{title}</Heading>
      <Form key={isNew ?? 'known'} isNew={isNew !== undefined} />
      {isNew === undefined ? (
        <p>
          {words.account.noAccount}{' '}
          <Link to="/sign-in" search={{ ...where, new: 'yes' }}>
            {words.account.register}
          </Link>
        </p>
      ) : (
        <p>
          {words.account.hasAccount}{' '}
          <Link to="/sign-in" search={where}>
            {words.account.signIn}
          </Link>
        </p>
      )}
    </div>
  );
}

function Form({ isNew }: { readonly isNew: boolean }) {
  const { words } = useSpeech();
  const session = useSession();
  const [refused, setRefused] = useState<string | null>(null);
  const form = useForm<Name>({
    initial: { name: '', email: isNew ? givenEmail.get() : '', password: '' },
    check: check(words, isNew),
  });
  const enter = async ({ name, email, password }: Values): Promise<Errors<Name>> => {
    const result = isNew
      ? await session.register(email, password, name)
      : await session.signIn(email, password);
    if (result.__typename === 'Session') return {};
    if (result.__typename === 'ValidationError') return fieldErrors(result.fields, names, result.message);
    setRefused(
      result.__typename === 'InvalidCredentialsError' ? words.account.wrong : refusalText(words, result),
    );
    return {};
  };
  return (
    <form
      ref={form.ref}
      className={styles.form}
      noValidate
      onSubmit={form.submit(async (values) => {
        setRefused(null);
        try {
          return await enter(values);
        } catch (error) {
          if (!(error instanceof NotReached)) throw error;
          setRefused(words.refused.unreachable);
          return {};
        }
      })}
    >
      {isNew && <Field label={words.account.name} autoComplete="name" {...form.field('name')} />}
      <Field label={words.account.email} type="email" autoComplete="email" {...form.field('email')} />
      <Field
        label={isNew ? words.account.newPassword : words.account.password}
        type="password"
        autoComplete={isNew ? 'new-password' : 'current-password'}
        hint={isNew ? words.account.passwordHint : undefined}
        {...form.field('password')}
      />
      {refused !== null && (
        <Notice kind="bad" urgent>
          <p>{refused}</p>
        </Notice>
      )}
      <Button type="submit" kind="primary" busy={form.busy}>
        {isNew ? words.account.register : words.account.signIn}
      </Button>
    </form>
  );
}
