// The customer's profile: name, e-mail notices, and password.
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { ProfileDocument, UpdateProfileDocument, type ProfileQuery } from '../../generated/graphql.js';
import { refusalText } from '../../basket/refusals.js';
import { MembersOnly } from '../../members-only.js';
import { Unloaded } from '../../unloaded.js';
import { useSession } from '../../../shared/api/provider.js';
import { NotReached } from '../../../shared/api/session.js';
import { fieldErrors, useForm } from '../../../shared/ui/form.js';
import { Button, Field, Heading, Notice } from '../../../shared/ui/ui.js';
import { useSpeech } from '../../words/words.js';
import { shortestPassword } from '../sign-in/passwords.js';
import styles from './profile-page.module.css';

type Me = NonNullable<ProfileQuery['me']>;

export function ProfilePage() {
  const { words } = useSpeech();
  return (
    <MembersOnly>
      <Heading title={words.title(words.profile.title)}>{words.profile.title}</Heading>
      <Profile />
    </MembersOnly>
  );
}

function Profile() {
  const [{ data, error }, again] = useQuery({ query: ProfileDocument });
  if (data?.me)
    return (
      <div className={styles.columns}>
        <Person key={data.me.id} me={data.me} />
        <Password />
      </div>
    );
  return <Unloaded error={error} again={again} />;
}

type Outcome = { readonly good: boolean; readonly text: string } | null;

const Told = ({ outcome }: { readonly outcome: Outcome }) =>
  outcome === null ? null : (
    <Notice kind={outcome.good ? 'good' : 'bad'} urgent={!outcome.good}>
      <p role="status">{outcome.text}</p>
    </Notice>
  );

const preferencesOf = ({ preferences }: Me): Readonly<Record<string, unknown>> =>
  (preferences ?? {}) as Readonly<Record<string, unknown>>;

function Person({ me }: { readonly me: Me }) {
  const { words } = useSpeech();
  const session = useSession();
  const [, update] = useMutation(UpdateProfileDocument);
  const [outcome, setOutcome] = useState<Outcome>(null);
  const before = preferencesOf(me)['emailNotices'] !== false;
  const [notices, setNotices] = useState(before);
  const form = useForm({
    initial: { name: me.name },
    check: ({ name }) => (name.trim() === '' ? { name: words.refused.required } : {}),
  });
  const submit = form.submit(async ({ name }) => {
    setOutcome(null);
    // A choice for each kind of news stays as it is until all of them are chosen.
    const preferences = { ...preferencesOf(me), ...(notices !== before && { emailNotices: notices }) };
    const { data, error } = await update({ name: name.trim(), preferences });
    if (data === undefined)
      setOutcome({
        good: false,
        text: error?.graphQLErrors[0]?.message ?? words.refused.unreachable,
      });
    else {
      setOutcome({ good: true, text: words.profile.saved });
      // The name stands in the token's session, too. It comes with the next one in any case.
      await session.renew().catch(() => undefined);
    }
    return undefined;
  });
  return (
    <form ref={form.ref} className={styles.panel} onSubmit={submit} noValidate>
      <h2>{words.profile.who}</h2>
      <p>{me.email}</p>
      <Field label={words.account.name} autoComplete="name" {...form.field('name')} />
      <label className={styles.notices}>
        <input
          type="checkbox"
          checked={notices}
          onChange={({ target }) => {
            setNotices(target.checked);
          }}
        />
        {words.profile.notices}
      </label>
      <Told outcome={outcome} />
      <Button type="submit" kind="primary" busy={form.busy}>
        {words.profile.save}
      </Button>
    </form>
  );
}

const names = ['currentPassword', 'newPassword'] as const;
type Name = (typeof names)[number];

function Password() {
  const { words } = useSpeech();
  const session = useSession();
  const [outcome, setOutcome] = useState<Outcome>(null);
  const form = useForm<Name>({
    initial: { currentPassword: '', newPassword: '' },
    check: ({ currentPassword, newPassword }) => ({
      ...(currentPassword === '' && { currentPassword: words.refused.required }),
      ...(newPassword.length < shortestPassword && { newPassword: words.refused.password }),
    }),
  });
  const change = async ({ currentPassword, newPassword }: Readonly<Record<Name, string>>) => {
    const answer = await session.changePassword(currentPassword, newPassword);
    switch (answer.__typename) {
      case 'Session':
        form.set('currentPassword', '');
        form.set('newPassword', '');
        setOutcome({ good: true, text: words.profile.changed });
        return {};
      case 'InvalidCredentialsError':
        return { currentPassword: words.profile.wrong };
      case 'ValidationError':
        return fieldErrors(answer.fields, names, answer.message);
      case 'RateLimitedError':
        setOutcome({ good: false, text: refusalText(words, answer) });
        return {};
    }
  };
  const submit = form.submit(async (values) => {
    setOutcome(null);
    try {
      return await change(values);
    } catch (error) {
      if (!(error instanceof NotReached)) throw error;
      setOutcome({ good: false, text: words.refused.unreachable });
      return {};
    }
  });
  return (
    <form ref={form.ref} className={styles.panel} onSubmit={submit} noValidate>
      <h2>{words.profile.password}</h2>
      <Field
        label={words.profile.present}
        type="password"
        autoComplete="current-password"
        {...form.field('currentPassword')}
      />
      <Field
        label={words.account.newPassword}
        type="password"
        autoComplete="new-password"
        hint={words.account.passwordHint}
        {...form.field('newPassword')}
      />
      <Told outcome={outcome} />
      <Button type="submit" busy={form.busy}>
        {words.profile.password}
      </Button>
    </form>
  );
}
