import { WireError } from '../../base/errors.ts';
import { nodeSubstrate } from '../../sctp/index.ts';
import {
  type ElementSession,
  type JoinOptions,
  type PolicyParameter,
  PoolElement,
  RSerPoolError,
  type SessionHandler,
} from '../index.ts';
import type { Clock } from './clock.ts';

/** What a service finds around it. */
export interface ServiceContext {
  readonly clock: Clock;
  readonly peIdentifier: number;
}

/** What the elements of a pool do for their users. One object serves one element. */
export interface Service {
  /** Pool handle to join unless told otherwise. */
  readonly pool: string;
  /** Users served at the same time; further ones are sent on to other elements. No limit unless given. */
  readonly maxSessions?: number | undefined;
  /** Serves one user. A WireError ends the session as a broken one. */
  serve(session: ElementSession, context: ServiceContext): Promise<void>;
  /** Tells a user that there is no room; the session is closed then. */
  refuse?(session: ElementSession, context: ServiceContext): Promise<void>;
}

export interface ServiceOptions extends JoinOptions {
  /** The pool handle; the service's own unless given. */
  readonly pool?: string | undefined;
  /** Overrides the service's limit. */
  readonly maxSessions?: number | undefined;
}

/**
 * Joins a pool and serves its users. With a policy that knows a load, the load is the share of the places that are
 * taken, and every change is registered.
 *
 * @throws (rejects) as {@link PoolElement.join}
 */
export async function startService(service: Service, options: ServiceOptions): Promise<PoolElement> {
  const { pool = service.pool, maxSessions = service.maxSessions ?? Number.POSITIVE_INFINITY, ...joining } = options;
  const clock = options.substrate ?? nodeSubstrate;
  let sessions = 0;
  const countSession = (change: 1 | -1): void => {
    sessions += change;
    tellLoad(element, options.policy, sessions / maxSessions);
  };
  const handler: SessionHandler = async (session) => {
    const context = { clock, peIdentifier: element.peIdentifier };
    if (sessions >= maxSessions) return service.refuse?.(session, context);
    countSession(1);
    try {
      await service.serve(session, context);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      session.abort(`malformed message: ${error.message}`);
    } finally {
      countSession(-1);
    }
  };
  const element: PoolElement = await PoolElement.join(pool, joining, handler);
  return element;
}

/** Load of an element that is fully used. RFC 5356 §3.1. */
const FULL_LOAD = 0xffffffff;

/** The policy with this load, from 0 (idle) to 1; `undefined` if it is one that knows no load. */
export function withLoad(policy: PolicyParameter | undefined, load: number): PolicyParameter | undefined {
  if (policy === undefined || !('load' in policy)) return undefined;
  return { ...policy, load: Math.round(FULL_LOAD * Math.min(1, load)) };
}

function tellLoad(element: PoolElement, policy: PolicyParameter | undefined, load: number): void {
  const loaded = withLoad(policy, load);
  if (loaded === undefined) return;
  try {
    element.update({ policy: loaded });
  } catch (error) {
    // It is leaving the pool: nobody asks for its load any more.
    if (!(error instanceof RSerPoolError)) throw error;
  }
}
