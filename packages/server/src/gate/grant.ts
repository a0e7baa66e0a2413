let make: <Content extends object>(content: Content, authority: Authority) => Grant<Content>;
let madeBy: (grant: object, authority: Authority) => boolean;

/**
 * That somebody may have a thing, and the thing's row as the database gave it in the same moment. Nobody can make one
 * but the authority that the gate keeps: by type because of the private field, at run time because there is no other
 * way to set it. A grant is good for one delivery.
 */
export class Grant<out Content extends object> {
  readonly #authority: Authority;
  readonly content: Content;
  private constructor(content: Content, authority: Authority) {
    this.content = Object.freeze(content);
    this.#authority = authority;
  }
  static {
    make = (content, authority) => {
      const grant = new Grant(content, authority);
      Object.freeze(grant);
      return grant;
    };
    madeBy = (grant, authority) => #authority in grant && grant.#authority === authority;
  }
}

/** Makes grants, and knows its own again, once each. */
export interface Authority {
  mint<Content extends object>(content: Content): Grant<Content>;
  /** Whether this is a grant of this authority that has not been redeemed. It has been, afterwards. */
  redeem(grant: object): boolean;
}

/** Only the gate calls this: grants of any other authority are worth nothing to the egress. */
export function createAuthority(): Authority {
  const redeemed = new WeakSet<object>();
  const authority: Authority = {
    mint: (content) => make(content, authority),
    redeem: (grant) => {
      if (!madeBy(grant, authority) || redeemed.has(grant)) return false;
      redeemed.add(grant);
      return true;
    },
  };
  return authority;
}
