import type { Handler } from '../../handler.ts';

/** Tells nothing of whether the address has an account: OPAQUE's answer is made from the address alone. */
export const handle: Handler<'signup.start'> = async ({ accounts }, { input, request }) => {
  const emailIndex = accounts.emails.index('email', input.email);
  await accounts.attempts.count(emailIndex, request.ip);
  return { registrationResponse: accounts.passphrases.register(emailIndex, input.registrationRequest) };
};
