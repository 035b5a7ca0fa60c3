import type { ConnectToPoolOptions, PoolUser, UserSession } from '../../rserpool/index.ts';
import type { Io } from '../io.ts';

/** What people may say about using a service. */
export interface ClientSettings {
  readonly json: boolean;
  /** How often: pings, jobs, readings, messages. */
  readonly count?: number | undefined;
  readonly intervalS?: number | undefined;
  /** How long to wait for further answers. */
  readonly lingerS: number;
  /** Calculations of a job. */
  readonly size: number;
  /** File of the picture. */
  readonly output: string;
  readonly width: number;
  readonly height: number;
  readonly iterations: number;
  /** Sessions at the same time. */
  readonly sessions: number;
  readonly quiet: boolean;
}

/** What a client of a service finds around it. */
export interface ClientContext {
  readonly io: Io;
  readonly user: PoolUser;
  readonly pool: string;
  readonly settings: ClientSettings;
  /** A session; waits for its first element as long as the command line allows, and tells what happens to it. */
  readonly connect: (options?: Pick<ConnectToPoolOptions, 'failover'>) => Promise<UserSession>;
}

/** The user's side of a service, in a terminal. Ctrl-C rejects it with the Interruption. */
export type Client = (context: ClientContext) => Promise<void>;
