import { Email } from '@nightlatch/protocol/accounts';

/** The address as the cloud takes it; null where it is none. */
export function emailOf(typed: string): string | null {
  const parsed = Email.safeParse(typed);
  return parsed.success ? parsed.data : null;
}

export const EMAIL_WRONG = 'This is not an e-mail address yet. It looks like name@example.org.';
