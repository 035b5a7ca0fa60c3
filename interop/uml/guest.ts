import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Cable } from './cable.ts';
import { GuestCalls, type GuestEvent } from './guest-calls.ts';
import { GuestProgram } from './guest-program.ts';
import type { IpNetwork } from './network.ts';

/** Debian's package user-mode-linux. */
export const LINUX = '/usr/bin/linux.uml';

const MEMORY_MIB = 192;
const BOOT_LIMIT_MS = 300_000;
/** File descriptors of the guest's serial line: what it reads, what it writes. */
const [COMMANDS, RESULTS] = [3, 4];
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** A Linux kernel as a process of ours, with one network card for each of its addresses. Needs no privileges. */
export class Guest {
  readonly addresses: readonly string[];
  readonly cables: readonly Cable[];
  readonly calls: GuestCalls;
  readonly #process: ChildProcess;
  readonly #network: IpNetwork;
  readonly #folder: string;
  readonly #programs = new Map<number, GuestProgram>();
  readonly #remove = (): void => {
    try {
      process.kill(-this.#process.pid!, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
    rmSync(this.#folder, { recursive: true, force: true });
  };
  private constructor(
    network: IpNetwork,
    addresses: readonly string[],
    folder: string,
    cables: readonly Cable[],
    onEvent: (event: GuestEvent) => void,
  ) {
    this.#network = network;
    this.addresses = addresses;
    this.cables = cables;
    this.#folder = folder;
    this.#process = spawn(LINUX, kernelArguments(addresses, folder), {
      // Its own process group: the kernel's children outlive a kernel that is killed.
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: memoryFolder() },
    });
    process.once('exit', this.#remove);
    const stdio = this.#process.stdio as readonly unknown[];
    this.calls = new GuestCalls(stdio[COMMANDS] as Writable, stdio[RESULTS] as Readable, (event) => {
      if ('socket' in event) onEvent(event);
      else this.#program(event.program).handleEvent(event);
    });
    let console = '';
    this.#process.stdout!.on('data', (bytes: Buffer) => {
      console = (console + bytes.toString()).slice(-2000);
    });
    const ended = (what: unknown): void =>
      this.calls.fail(new Error(`the guest ended (${what}); its console: ${console}`));
    this.#process.on('error', (error) => ended(error.message));
    this.#process.on('exit', (code, signal) => ended(code ?? signal));
  }

  /** Starts a guest and waits until it takes calls. */
  static async boot(
    network: IpNetwork,
    addresses: readonly string[],
    onEvent: (event: GuestEvent) => void = () => undefined,
  ): Promise<Guest> {
    const folder = mkdtempSync(join(tmpdir(), 'rserpool-guest-'));
    const cables = await Promise.all(addresses.map((address, i) => network.plugIn(address, cardSocket(folder, i))));
    const guest = new Guest(network, addresses, folder, cables, onEvent);
    const limit = setTimeout(() => guest.calls.fail(new Error('the guest did not boot in time')), BOOT_LIMIT_MS);
    try {
      await guest.calls.ready;
      await Promise.all(cables.map((cable) => cable.plugged));
      return guest;
    } catch (error) {
      await guest.kill();
      throw error;
    } finally {
      clearTimeout(limit);
    }
  }

  /** Runs a command of the shell; throws with its output if it fails. */
  async run(command: string): Promise<string> {
    const { code, output } = await this.calls.call<{ code: number; output: string }>('run', { command });
    if (code !== 0) throw new Error(`${command}: ${output}`);
    return output;
  }

  /** Starts a program that runs beside us; `environment` has lines like `NAME=value`. */
  async start(command: readonly string[], environment: readonly string[] = []): Promise<GuestProgram> {
    return this.#program(await this.calls.call<number>('start', { arguments: command, environment }));
  }

  /** Whether it does not run any more. */
  get ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Stops the guest's time. The kernel only: it does not expect its children to stop by themselves. */
  freeze(): void {
    this.#process.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  /** Switches it off: nobody is told anything. */
  async kill(): Promise<void> {
    process.off('exit', this.#remove);
    const exit = this.ended ? undefined : once(this.#process, 'exit');
    this.#remove();
    await exit;
    for (const address of this.addresses) this.#network.unplug(address);
  }

  /** The program of a number; its events may come before the call that started it returns. */
  #program(number: number): GuestProgram {
    let program = this.#programs.get(number);
    if (program === undefined) {
      program = new GuestProgram(this, number);
      this.#programs.set(number, program);
    }
    return program;
  }
}

function kernelArguments(addresses: readonly string[], folder: string): readonly string[] {
  return [
    `mem=${MEMORY_MIB}M`,
    // The file system of this host, read-only.
    'root=/dev/root',
    'rootfstype=hostfs',
    'rootflags=/',
    'ro',
    `init=${here('guest-init.sh')}`,
    'quiet',
    'con=null',
    'con0=null,fd:1',
    'ssl=null',
    `ssl0=fd:${COMMANDS},fd:${RESULTS}`,
    `uml_dir=${folder}`,
    ...addresses.map((_, i) => `eth${i}=slirp,,${process.execPath},${here('card-relay.mjs')},${cardSocket(folder, i)}`),
    `rig.addresses=${addresses.map((address) => `${address}/24`).join(',')}`,
    `rig.agent=${here('kernel-agent.py')}`,
  ];
}

function cardSocket(folder: string, card: number): string {
  return join(folder, `eth${card}.sock`);
}

/** Where the guest's memory lies, as a file that is executed: in real memory if there is room for it. */
function memoryFolder(): string {
  const shared = '/dev/shm';
  const mount = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .find((line) => line.split(' ')[1] === shared);
  if (mount === undefined || mount.split(' ')[3]!.split(',').includes('noexec')) return tmpdir();
  const { bavail, bsize } = statfsSync(shared);
  return bavail * bsize > 2 * MEMORY_MIB * 2 ** 20 ? shared : tmpdir();
}
