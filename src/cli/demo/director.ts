import { CliError } from '../errors.ts';
import type { Cast } from './cast.ts';
import { describePartEvent } from './describe-part-event.ts';
import type {
  ElementSettings,
  PacketReport,
  PartEvent,
  PartReport,
  RegistrarSettings,
  UserSettings,
} from './messages.ts';
import { Part, type PartExit } from './part.ts';
import type { Timeline } from './timeline.ts';
import { STEP_LIMIT_MS } from './timing.ts';

/** A step that happened. */
export interface Step {
  readonly name: string;
  readonly atMs: number;
}

/** Starts, kills and watches the processes of the demo, and waits for what they should do. */
export class Director {
  readonly timeline: Timeline;
  readonly registrars: readonly Part<RegistrarSettings>[];
  readonly elements: readonly Part<ElementSettings>[];
  readonly user: Part<UserSettings>;
  readonly steps: Step[] = [];
  /** When which registrar was taken over, by identifier. */
  readonly takeovers = new Map<number, number>();
  readonly #names = new Map<number, string>();
  readonly #onPacket: ((packet: PacketReport) => void) | undefined;
  /** Looks again whether what is waited for has come. */
  readonly #waiting = new Set<() => void>();
  #failure: Error | undefined;

  constructor(cast: Cast, timeline: Timeline, onPacket: ((packet: PacketReport) => void) | undefined) {
    const onReport = (part: Part, report: PartReport): void => this.#handleReport(part, report);
    const onExit = (part: Part, exit: PartExit): void => this.#handleExit(part, exit);
    this.timeline = timeline;
    this.#onPacket = onPacket;
    this.registrars = cast.registrars.map((settings) => new Part(settings, onReport, onExit));
    this.elements = cast.elements.map((settings) => new Part(settings, onReport, onExit));
    this.user = new Part(cast.user, onReport, onExit);
  }

  get parts(): readonly Part[] {
    return [...this.registrars, ...this.elements, this.user];
  }

  elementOf(peIdentifier: number | undefined): Part<ElementSettings> | undefined {
    return this.elements.find(({ settings }) => settings.peIdentifier === peIdentifier);
  }

  registrarAt(udpPort: number | undefined): Part<RegistrarSettings> | undefined {
    return this.registrars.find(({ settings }) => settings.udpPort === udpPort);
  }

  /** Nothing can come of the story any more: all waits end with this. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#lookAgain();
  }

  /**
   * Waits until `holds`.
   *
   * @returns the time since the start at which it did
   * @throws (rejects) CliError naming the step, if it does not happen in time; what `fail` was given
   */
  async until(name: string, holds: () => boolean, limitMs = STEP_LIMIT_MS): Promise<number> {
    await this.#wait(name, holds, limitMs);
    const atMs = this.timeline.elapsedMs;
    this.steps.push({ name, atMs: Math.round(atMs) });
    this.timeline.tell('demo', `✓ ${name}`, 'green');
    return atMs;
  }

  /** Lets time pass. @throws (rejects) what `fail` was given */
  async pause(durationMs: number): Promise<void> {
    const end = performance.now() + durationMs;
    const timer = setInterval(() => this.#lookAgain(), Math.min(durationMs, 50));
    try {
      await this.#wait('pause', () => performance.now() >= end, 2 * durationMs + STEP_LIMIT_MS);
    } finally {
      clearInterval(timer);
    }
  }

  /** Asks parts to leave in good order, one group after the other. */
  async dismiss(limitMs: number): Promise<void> {
    const gone = (async () => {
      for (const group of [[this.user], this.elements, this.registrars]) {
        await Promise.all(group.map((part) => part.stop()));
      }
    })();
    await this.until('all processes left in good order', () => this.parts.every(({ running }) => !running), limitMs);
    await gone;
  }

  /** Ends whatever still runs. */
  async killAll(): Promise<void> {
    await Promise.all(this.parts.map((part) => part.kill()));
  }

  #wait(name: string, holds: () => boolean, limitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      const look = (): void => {
        if (this.#failure !== undefined) {
          settle();
          reject(this.#failure);
        } else if (holds()) {
          settle();
          resolve();
        }
      };
      const timer = setTimeout(() => {
        settle();
        reject(new CliError('ERR_CLI_DEMO', `this did not happen within ${limitMs / 1000} s: ${name}`));
      }, limitMs);
      this.#waiting.add(look);
      look();
    });
  }

  #lookAgain(): void {
    for (const look of [...this.#waiting]) look();
  }

  #handleReport(part: Part, report: PartReport): void {
    switch (report.kind) {
      case 'packet':
        this.#onPacket?.(report);
        return;
      case 'event':
        this.#handleEvent(part, report.event);
        break;
      case 'failed':
        this.fail(new CliError('ERR_CLI_DEMO', `${part.name} failed: ${report.text}`));
        break;
      case 'registrar':
        this.#names.set(report.view.registrarId, part.name);
        break;
      default:
        break;
    }
    this.#lookAgain();
  }

  #handleEvent(part: Part, event: PartEvent): void {
    if (event.kind === 'takeover-completed' && !this.takeovers.has(event.registrarId)) {
      this.takeovers.set(event.registrarId, this.timeline.elapsedMs);
    }
    const text = describePartEvent(event, {
      registrar: (id) => this.#names.get(id) ?? `registrar 0x${id.toString(16)}`,
      registrarAt: (udpPort) => this.registrarAt(udpPort)?.name ?? `UDP port ${udpPort}`,
      element: (peIdentifier) => this.elementOf(peIdentifier)?.name ?? `element ${peIdentifier}`,
    });
    this.timeline.tell(part.name, text);
  }

  #handleExit(part: Part, { code, signal }: PartExit): void {
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
    const clean = code === 0 || signal === 'SIGKILL';
    if (!part.expectsExit || !clean) {
      const words = part.complaint === undefined ? '' : `: ${part.complaint}`;
      this.fail(new CliError('ERR_CLI_DEMO', `${part.name} ended unexpectedly with ${how}${words}`));
    }
    this.#lookAgain();
  }
}
