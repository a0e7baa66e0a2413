/** Tells password managers whose passphrase a form is about. People see it nowhere, and no key leads to it. */
export function WhoseForm({ email }: { readonly email: string }) {
  return (
    <input
      className="unseen"
      type="text"
      autoComplete="username"
      value={email}
      readOnly
      tabIndex={-1}
      aria-hidden="true"
    />
  );
}
