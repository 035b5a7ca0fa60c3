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
  /** Tells the registrar the load, from 0 (idle) to 1, if the policy of the element knows one. */
  readonly setLoad: (load: number) => void;
}

/** What the elements of a pool do for their users. One object serves one element. */
export interface Service {
  /** Pool handle to join unless told otherwise. */
  readonly pool: string;
  /**
   * Users served at the same time; further ones are sent on to other elements, and the load is the share of the places
   * that are taken. Unless given there is no limit, and the service may tell its load itself.
   */
  readonly maxSessions?: number | undefined;
  /** Serves one user. A WireError ends the session as a broken one. */
  serve(session: ElementSession, context: ServiceContext): Promise<void>;
}

export interface ServiceOptions extends JoinOptions {
  /** The pool handle; the service's own unless given. */
  readonly pool?: string | undefined;
}

/**
 * Joins a pool and serves its users. With a policy that knows a load, every change of it is registered.
 *
 * @throws (rejects) as {@link PoolElement.join}
 */
export async function startService(service: Service, options: ServiceOptions): Promise<PoolElement> {
  const { pool = service.pool, ...joining } = options;
  const { maxSessions } = service;
  const clock = options.substrate ?? nodeSubstrate;
  const setLoad = (load: number): void => tellLoad(element, options.policy, load);
  let sessions = 0;
  const count = (change: 1 | -1): void => {
    sessions += change;
    if (maxSessions !== undefined) setLoad(sessions / maxSessions);
  };
  const handler: SessionHandler = async (session) => {
    if (maxSessions !== undefined && sessions >= maxSessions) return;
    count(1);
    try {
      await service.serve(session, { clock, peIdentifier: element.peIdentifier, setLoad });
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      session.abort(`malformed message: ${error.message}`);
    } finally {
      count(-1);
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
