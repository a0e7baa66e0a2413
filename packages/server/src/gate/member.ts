import { notFound } from '../refusals.ts';
import type { Ask } from '../sql/database.ts';
import { type AskedHome, homeKeys } from './asked.ts';
import type { GateParts } from './gate.ts';
import type { Grant } from './grant.ts';

export interface MemberContent extends AskedHome {
  readonly what: 'member';
  readonly role: 'owner';
}

/** Whether somebody belongs to a home; `ask` puts the question into a transaction that goes on with the answer. */
export function memberQuestions({ database, statements, prove, authority }: GateParts) {
  const membership = async (asked: AskedHome, ask?: Ask) => {
    const parameters = [asked.session, asked.account, asked.home];
    const [row, more] = await (ask === undefined
      ? database.ask({ account: asked.account }, statements.member, parameters)
      : ask(statements.member, parameters));
    if (row === undefined || more !== undefined) throw notFound();
    prove(homeKeys(asked), row);
    return row;
  };
  return {
    /** A member of the home, as of now. */
    member: async (asked: AskedHome, ask?: Ask): Promise<Grant<MemberContent>> => {
      const { role } = await membership(asked, ask);
      return authority.mint({ what: 'member', ...homeKeys(asked), role });
    },
    /** The owner of the home, as of now. */
    owner: async (asked: AskedHome, ask?: Ask): Promise<Grant<MemberContent>> => {
      const { role } = await membership(asked, ask);
      if (role !== 'owner') throw notFound();
      return authority.mint({ what: 'member', ...homeKeys(asked), role });
    },
  };
}
