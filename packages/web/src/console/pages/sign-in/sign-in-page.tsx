// Signing in to the console.
import { useState } from 'react';
import { useSession } from '../../../shared/api/provider.js';
import { useForm } from '../../../shared/ui/form.js';
import { Button, Field, Heading, Notice } from '../../../shared/ui/ui.js';
import styles from './sign-in-page.module.css';

export function SignInPage() {
  const session = useSession();
  const [refused, setRefused] = useState<string | null>(null);
  const form = useForm({
    initial: { email: '', password: '' },
    check: ({ email, password }) => ({
      ...(email === '' && { email: 'Please fill this in.' }),
      ...(password === '' && { password: 'Please fill this in.' }),
    }),
  });
  const submit = form.submit(async ({ email, password }) => {
    setRefused(null);
    try {
      const result = await session.signIn(email, password);
      if (result.__typename !== 'Session')
        setRefused('message' in result ? result.message : 'This account has no console.');
    } catch {
      setRefused('The server did not answer. Please try again.');
    }
    return undefined;
  });
  return (
    <main className={styles.page}>
      <form ref={form.ref} className={styles.form} onSubmit={submit} noValidate>
        <Heading title="Sign in – Holdfast console">Console</Heading>
        <Field label="E-mail address" type="email" autoComplete="email" {...form.field('email')} />
        <Field label="Password" type="password" autoComplete="current-password" {...form.field('password')} />
        {refused !== null && (
          <Notice kind="bad" urgent>
            <p>{refused}</p>
          </Notice>
        )}
        <Button type="submit" kind="primary" busy={form.busy}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
