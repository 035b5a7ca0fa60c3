import type { Guest } from '../uml/guest.ts';
import type { GuestProgram } from '../uml/guest-program.ts';

/** Errors, warnings and notes, without a terminal's colours. */
const LOG = ['-loglevel=4', '-logcolor=off'];
/** They do not know the options of the others. */
const WITHOUT_LOG = ['hsdump', 'cspmonitor'];

/** A guest that runs programs of rsplib. */
export class RsplibHost {
  readonly guest: Guest;
  readonly addresses: readonly [string, string];
  readonly #programs: GuestProgram[] = [];

  constructor(guest: Guest, addresses: readonly [string, string]) {
    this.guest = guest;
    this.addresses = addresses;
  }

  /** Starts `rspregistrar` at the usual ports. It serves at once, and announces itself after 5 s. */
  registrar(...options: readonly string[]): Promise<GuestProgram> {
    const [first, second] = this.addresses;
    return this.start('rspregistrar', `-asap=${first}:3863,${second}`, `-enrp=${first}:9901,${second}`, ...options);
  }

  /** Starts `rspserver` with a service such as `-echo`, which finds registrars only at the addresses given. */
  element(service: string, registrars: readonly string[], ...options: readonly string[]): Promise<GuestProgram> {
    return this.start('rspserver', service, ...staticRegistrars(registrars), ...options);
  }

  /** Starts a pool user, which finds registrars only at the addresses given. */
  user(name: string, registrars: readonly string[], ...options: readonly string[]): Promise<GuestProgram> {
    return this.start(name, ...staticRegistrars(registrars), ...options);
  }

  /** Starts one of rsplib's programs. All are killed when the scenario ends. */
  async start(name: string, ...options: readonly string[]): Promise<GuestProgram> {
    const log = WITHOUT_LOG.includes(name) ? [] : LOG;
    // Qt without a screen.
    const program = await this.guest.start([name, ...options, ...log], ['QT_QPA_PLATFORM=offscreen']);
    this.#programs.push(program);
    return program;
  }

  /** Kills what was started. */
  async clear(): Promise<void> {
    const programs = this.#programs.splice(0);
    if (!this.guest.ended) await Promise.all(programs.map((program) => program.kill()));
  }
}

function staticRegistrars(registrars: readonly string[]): readonly string[] {
  return ['-asapannounce=off', ...registrars.map((registrar) => `-registrar=${registrar}:3863`)];
}
