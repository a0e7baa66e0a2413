export interface PairingCodes {
  /** A message of the agent's process; one without a pairing code is none of ours. */
  readonly hear: (message: unknown) => void;
  /** Shows the newest code, if there is one, and from now on every new one. */
  showFromNowOn(): void;
}

/** Keeps the agent's pairing code back until there is a place for it on the screen, below the address to open. */
export function pairingCodes(show: (code: string) => void): PairingCodes {
  let newest: string | undefined;
  let showing = false;
  return {
    hear: (message) => {
      const code = pairingCodeIn(message);
      if (code === undefined || code === newest) return;
      newest = code;
      if (showing) show(code);
    },
    showFromNowOn: () => {
      showing = true;
      if (newest !== undefined) show(newest);
    },
  };
}

/** The pairing code of an agent's message; undefined for every other message. */
export function pairingCodeIn(message: unknown): string | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  if (!('kind' in message) || message.kind !== 'pairing-code' || !('code' in message)) return undefined;
  return typeof message.code === 'string' && message.code.length <= 64 ? message.code : undefined;
}
