import type { RandomBytes } from '@nightlatch/protocol/ids';
import type { Database } from '../sql/database.ts';
import { gateCamera } from '../sql/statements/gate-camera.ts';
import { gateEvent, gateEvents, gateEventsOfCamera } from '../sql/statements/gate-events.ts';
import { gateCameras, gateGaps, gateHomeLog, gateHomeLogHead } from '../sql/statements/gate-home.ts';
import { gateLinks } from '../sql/statements/gate-links.ts';
import { gateMember } from '../sql/statements/gate-member.ts';
import { gateObjects } from '../sql/statements/gate-objects.ts';
import { gateDeletions, gateRetention } from '../sql/statements/gate-retention.ts';
import { agentQuestion } from './agent.ts';
import { cameraQuestion } from './camera.ts';
import { eventQuestions } from './events.ts';
import { type Authority, createAuthority } from './grant.ts';
import { homeQuestions } from './home.ts';
import { linkQuestion } from './link.ts';
import { memberQuestions } from './member.ts';
import { type BatchLimits, objectQuestion } from './object.ts';
import { type OnMismatch, type Prove, prover, type SameKeys, sameKeys } from './proof.ts';

const STATEMENTS = {
  member: gateMember,
  events: gateEvents,
  eventsOfCamera: gateEventsOfCamera,
  event: gateEvent,
  gaps: gateGaps,
  deletions: gateDeletions,
  retention: gateRetention,
  cameras: gateCameras,
  camera: gateCamera,
  homeLog: gateHomeLog,
  homeLogHead: gateHomeLogHead,
  links: gateLinks,
  objects: gateObjects,
};
export type GateStatements = typeof STATEMENTS;

export interface GateParts {
  readonly database: Pick<Database, 'ask'>;
  readonly statements: GateStatements;
  readonly prove: Prove;
  readonly authority: Authority;
  readonly random: RandomBytes;
}

export interface GateOptions {
  readonly database: Pick<Database, 'ask'>;
  readonly onMismatch: OnMismatch;
  readonly random: RandomBytes;
  readonly batch?: BatchLimits;
  /** Only tests that show what a lock is good for pass these two; production has no setting for them. */
  readonly statements?: Partial<GateStatements>;
  readonly sameKeys?: SameKeys;
}

/**
 * The one place that says who may have what. Each question is one authoritative statement that joins the thing to the
 * caller's live session and membership as of now; nothing is remembered. What is not allowed and what does not exist
 * are the same answer, and anything unexpected is closed.
 */
export function createGate(options: GateOptions) {
  const { database, onMismatch, random } = options;
  const authority = createAuthority();
  const parts: GateParts = {
    database,
    statements: { ...STATEMENTS, ...options.statements },
    prove: prover(options.sameKeys ?? sameKeys, onMismatch),
    authority,
    random,
  };
  return {
    /** Whether this is a grant of this gate that was not used yet. Afterwards it is used. */
    redeem: (grant: object): boolean => authority.redeem(grant),
    ...memberQuestions(parts),
    ...eventQuestions(parts),
    ...homeQuestions(parts),
    object: objectQuestion(parts, options.batch ?? {}),
    agent: agentQuestion(parts),
    camera: cameraQuestion(parts),
    link: linkQuestion(parts),
  };
}
export type Gate = ReturnType<typeof createGate>;
